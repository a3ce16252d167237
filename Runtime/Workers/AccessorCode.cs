using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;

namespace Tandem.Workers;

/// <summary>Which fields of its object a property's accessor names in its instructions. Nothing else ties a property to the field that the user wrote for it.</summary>
internal static class AccessorCode
{
    /// <summary>The fields that an accessor names, those of the overridden accessor counted where it calls it.</summary>
    public static List<FieldInfo> Touched(MethodInfo? accessor, List<FieldInfo> fields) => [.. Named(accessor, fields).Select(n => n.Field).Distinct()];

    /// <summary>Whether a setter stores the field: by itself, or through a reference to it that it hands on. One that sets a part of a struct's value does not.</summary>
    public static bool Stores(MethodInfo? setter, FieldInfo field, List<FieldInfo> fields)
    {
        var named = Named(setter, fields).Where(n => n.Field == field).ToList();
        return named.Exists(n => n.Code == OpCodes.Stfld.Value)
            || (named.Exists(n => n.Code == OpCodes.Ldflda.Value) && !(field.FieldType.IsValueType && Members(setter).Any(m => m.Member.DeclaringType == field.FieldType && m.Code != OpCodes.Newobj.Value)));
    }

    public static bool IsSame(MemberInfo one, MemberInfo other) => one.MetadataToken == other.MetadataToken && one.Module == other.Module;

    private static IEnumerable<(short Code, FieldInfo Field)> Named(MethodInfo? accessor, List<FieldInfo> fields)
    {
        foreach (var (code, member) in Members(accessor))
        {
            if (member is FieldInfo && fields.Find(f => IsSame(f, member)) is { } field)
                yield return (code, field);
            if (member is MethodInfo called && code == OpCodes.Call.Value && called.IsVirtual && called.Name == accessor!.Name && called.DeclaringType != accessor.DeclaringType)
            {
                foreach (var inherited in Named(called, fields))
                    yield return inherited;
            }
        }
    }

    /// <summary>What an accessor's instructions name of the program, by the shape of the instruction. Four bytes that are a token by chance are too rare to matter.</summary>
    private static IEnumerable<(short Code, MemberInfo Member)> Members(MethodInfo? accessor)
    {
        var code = accessor?.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var i = 0; i + sizeof(int) < code.Length; i++)
        {
            if (IsAccess(code[i]) && Resolve(accessor!, BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(i + 1))) is { } member)
                yield return (code[i], member);
        }
    }

    private static bool IsAccess(byte code) =>
        code == OpCodes.Ldfld.Value || code == OpCodes.Ldflda.Value || code == OpCodes.Stfld.Value
        || code == OpCodes.Call.Value || code == OpCodes.Callvirt.Value || code == OpCodes.Newobj.Value;

    private static MemberInfo? Resolve(MethodInfo accessor, int token)
    {
        // A field, a method, or one of another module or of a generic type.
        if (token >> 24 is not (0x04 or 0x06 or 0x0A))
            return null;
        try
        {
            return accessor.Module.ResolveMember(token, accessor.DeclaringType!.GetGenericArguments(), null);
        }
        catch (Exception error) when (error is ArgumentException or BadImageFormatException or FileNotFoundException or TypeLoadException or MissingMemberException)
        {
            // Bytes that only look like the instruction, or what is not there.
            return null;
        }
    }
}
