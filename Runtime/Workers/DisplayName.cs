using System.Reflection;
using System.Text.RegularExpressions;

namespace Tandem.Workers;

/// <summary>Types and methods as messages name them: as they are written in C#, without what the compiler made of them.</summary>
internal static partial class DisplayName
{
    private static readonly Dictionary<Type, string> s_keywords = new()
    {
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(char)] = "char",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(nint)] = "nint",
        [typeof(nuint)] = "nuint",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
        [typeof(void)] = "void",
    };

    public static string Of(Type type)
    {
        if (s_keywords.TryGetValue(type, out var keyword))
            return keyword;
        if (type.IsArray)
            return $"{Of(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        if (type.IsByRef)
            return $"ref {Of(type.GetElementType()!)}";
        if (type.IsPointer)
            return $"{Of(type.GetElementType()!)}*";
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return $"{Of(underlying)}?";
        if (!type.IsGenericType)
            return type.Name;
        var name = type.Name.Contains('`') ? type.Name[..type.Name.IndexOf('`')] : type.Name;
        return $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Of))}>";
    }

    /// <summary><c>Type.Method</c>; for a lambda or local function the method that it is written in, with what it is.</summary>
    public static string Of(MethodInfo method)
    {
        var type = method.DeclaringType;
        while (type is { DeclaringType: not null } && type.Name.StartsWith('<'))
            type = type.DeclaringType;
        var owner = type is null ? "" : Of(type) + ".";

        var local = LocalFunctionName().Match(method.Name);
        if (local.Success)
            return $"{owner}{Enclosing(local)}.{local.Groups["name"].Value}";
        var lambda = LambdaName().Match(method.Name);
        return lambda.Success ? $"a lambda in {owner}{Enclosing(lambda)}" : owner + method.Name;
    }

    private static string Enclosing(Match match) => match.Groups["method"].Value is var name && name == "<Main>$" ? "Main" : name;

    [GeneratedRegex(@"^<(?<method>.+)>g__(?<name>[^|]+)\|")]
    private static partial Regex LocalFunctionName();

    [GeneratedRegex(@"^<(?<method>.+)>b__")]
    private static partial Regex LambdaName();
}
