using System.Globalization;
using System.Runtime.CompilerServices;

namespace Tandem.Workers;

/// <summary>The values that cross with an exception: text, numbers, times and the like. Enums, addresses and versions go as their text, and so does whatever stands in a property of type object.</summary>
internal static class ErrorValue
{
    private const int MaxBytes = 4096;

    /// <summary>By the number that stands for them on the wire, less one; zero is null.</summary>
    private static readonly Type[] s_types =
    [
        typeof(string), typeof(bool), typeof(char), typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong),
        typeof(float), typeof(double), typeof(decimal), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset), typeof(TimeSpan), typeof(DateOnly), typeof(TimeOnly), typeof(byte[]),
    ];

    public static bool IsSimple(object value) => Array.IndexOf(s_types, value.GetType()) >= 0 && value is not byte[] { Length: > MaxBytes };

    /// <summary>Null, or a value that the runtime zeroed and nobody set.</summary>
    public static bool IsDefault(object? value) =>
        value is null || (value.GetType().IsValueType && value.Equals(RuntimeHelpers.GetUninitializedObject(value.GetType())));

    /// <summary>The simple value that stands for a property's. May run the value's ToString.</summary>
    public static bool TryCarry(object? value, Type declared, out object? carried)
    {
        carried = value;
        if (value is null || IsSimple(value))
            return true;
        carried = value is Enum or Uri or Version || declared == typeof(object) ? value.ToString() : null;
        return carried is not null;
    }

    public static void Write(WireWriter writer, object? value)
    {
        writer.WriteByte(value is null ? (byte)0 : (byte)(Array.IndexOf(s_types, value.GetType()) + 1));
        if (value is null)
            return;
        var block = writer.BeginBlock();
        DeclaredPayload.For(value.GetType()).Write(writer, value);
        writer.EndBlock(block);
    }

    public static object? Read(ref WireReader reader)
    {
        var number = reader.ReadByte();
        if (number == 0)
            return null;
        return number <= s_types.Length
            ? DeclaredPayload.For(s_types[number - 1]).Read(reader.ReadBlock())
            : throw new InvalidDataException($"A message of the worker protocol has a value of the unknown kind {number}.");
    }

    /// <summary>The value as the type of a property or a parameter; what <see cref="TryCarry"/> made text of is read from it.</summary>
    public static bool TryConvert(object? value, Type target, out object? converted)
    {
        converted = value;
        var type = Nullable.GetUnderlyingType(target) ?? target;
        if (value is null)
            return !target.IsValueType || type != target;
        if (type.IsInstanceOfType(value))
            return true;
        if (value is string text)
        {
            converted = type.IsEnum ? Enum.TryParse(type, text, out var named) ? named : null
                : type == typeof(Uri) && Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out var address) ? address
                : type == typeof(Version) && Version.TryParse(text, out var version) ? version
                : null;
            return converted is not null;
        }

        try
        {
            // A constructor may take the number of an enum that the property gives, or a wider number.
            converted = type.IsEnum && !value.GetType().IsEnum ? Enum.ToObject(type, value)
                : type.IsPrimitive && value is IConvertible ? Convert.ChangeType(value, type, CultureInfo.InvariantCulture)
                : null;
            return converted is not null;
        }
        catch (Exception exception) when (exception is InvalidCastException or OverflowException or FormatException or ArgumentException)
        {
            return false;
        }
    }

    public static bool AreSame(object? one, object? other) =>
        one is byte[] bytes && other is byte[] others ? bytes.AsSpan().SequenceEqual(others) : Equals(one, other);
}
