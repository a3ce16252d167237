using System.Buffers.Binary;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Tandem.Workers;

/// <summary>Which delegates another process can run: static methods, and lambdas and local functions that capture nothing (TDM3001).</summary>
internal static class PortableWork
{
    private const string Remedy = "Pass what it needs as arguments of Submit and make the lambda static.";

    // The C# compiler's names for what is no variable of the user's.
    private const string OuterScope = "CS$<>";
    private const string CachedDelegate = "<>9__";
    private const string CapturedThis = "__this";

    /// <exception cref="ArgumentException">Another process cannot run the work.</exception>
    public static void Check(Delegate work)
    {
        // Several methods in one delegate have no single result, and half of them may have run when a worker dies.
        if (!work.HasSingleTarget)
            throw Refused("The work is a multicast delegate of several methods. Submit each of them by itself.");

        // Dynamic methods and compiled expressions exist in this process only.
        var method = work.Method;
        if (method.DeclaringType is null || method.Module.Assembly.IsDynamic)
            throw Refused($"The work '{method.Name}' was made at run time (a dynamic method or a compiled expression), so a worker process cannot find it. Submit a method or a lambda of your program.");

        var name = DisplayName.Of(method);
        if (work.Target is not { } target)
        {
            if (!method.IsStatic)
                throw Refused($"The work '{name}' is an instance method without its instance. Make it static.");
            return;
        }

        // An extension method used as if it were its argument's own: the delegate carries that argument.
        if (method.IsStatic)
            throw Refused($"The work '{name}' is bound to a value of type {DisplayName.Of(target.GetType())}, which would stay behind in this process. Pass it as an argument of Submit.");

        if (!IsCompilerGenerated(target.GetType()))
            throw Refused($"The work '{name}' is an instance method of {DisplayName.Of(target.GetType())}, whose object would stay behind in this process. Make the method static, and pass what it needs as arguments of Submit.");

        var fields = CapturedFields(target.GetType()).ToList();
        if (fields.Count == 0)
            return;

        // The lambdas of one scope share what they capture; what this one does not touch is no fault of it.
        var touched = fields.Where(f => Touches(method, f)).ToList();
        throw Refused($"The work, {name}, captures {Listed(touched.Count > 0 ? touched : fields)}, which would stay behind in this process. {Remedy}");
    }

    private static ArgumentException Refused(string message) => new(message, "work");

    private static bool IsCompilerGenerated(Type type) => type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false);

    /// <summary>The fields of the classes that the C# compiler makes for captured variables; captures of an outer scope are one class further.</summary>
    private static IEnumerable<FieldInfo> CapturedFields(Type closure)
    {
        foreach (var field in closure.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            if (field.Name.StartsWith(OuterScope, StringComparison.Ordinal))
                foreach (var outer in CapturedFields(field.FieldType))
                    yield return outer;
            else if (!field.Name.StartsWith(CachedDelegate, StringComparison.Ordinal))
                yield return field;
        }
    }

    /// <summary>Whether a method's instructions name a field. Not so where the name is indirect, as in generic code.</summary>
    private static bool Touches(MethodInfo method, FieldInfo field)
    {
        Span<byte> token = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(token, field.MetadataToken);
        return method.GetMethodBody()?.GetILAsByteArray().AsSpan().IndexOf(token) >= 0;
    }

    private static string Listed(List<FieldInfo> fields)
    {
        var names = fields.ConvertAll(f => f.Name.Contains(CapturedThis, StringComparison.Ordinal) ? "this" : $"'{f.Name}'");
        return names.Count == 1 ? names[0] : $"{string.Join(", ", names[..^1])} and {names[^1]}";
    }
}
