using System.Reflection;
using System.Runtime.CompilerServices;

namespace Tandem.Workers;

/// <summary>
/// What a type of exception has beyond <see cref="Exception"/>, and how it is made: its properties that a constructor or a setter can give
/// back, and its constructors. Other properties are computed ones, or nobody's business.
/// </summary>
internal sealed class ErrorShape
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    private static readonly ConditionalWeakTable<Type, ErrorShape> s_byType = [];

    private static readonly string[] s_common = [.. typeof(Exception).GetProperties().Select(p => p.Name)];

    // Exception.Message is virtual; what it adds to this, an exception that is made from this adds again. No field of this name: no such help.
    private static readonly FieldInfo? s_givenMessage = typeof(Exception).GetField("_message", Any);

    private ErrorShape(Type type)
    {
        Constructors = [.. type.GetConstructors(Any).OrderByDescending(c => c.IsPublic)];
        var parameters = Constructors.SelectMany(c => c.GetParameters()).Select(p => p.Name).OfType<string>().Distinct().ToList();
        Properties = [.. type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(p => p.CanRead && p.GetIndexParameters().Length == 0 && !s_common.Contains(p.Name) && !IsInner(p.PropertyType))
            .Where(p => Setter(p) is not null || parameters.Exists(name => IsLike(p.Name, name)))
            .DistinctBy(p => p.Name)];
    }

    /// <summary>Public ones first.</summary>
    public ConstructorInfo[] Constructors { get; }

    /// <summary>The most derived type's first.</summary>
    public PropertyInfo[] Properties { get; }

    public static ErrorShape Of(Type type) => s_byType.GetValue(type, static t => new ErrorShape(t));

    /// <summary>What the exception was given as its message; null also where it was given none.</summary>
    public static string? GivenMessage(Exception exception) => s_givenMessage?.GetValue(exception) as string;

    public static void GiveMessage(Exception exception, string? message) => s_givenMessage?.SetValue(exception, message);

    /// <summary>Whether a parameter may be what a property gives, by their names: "error" and NativeErrorCode.</summary>
    public static bool IsLike(string property, string parameter) =>
        property.Contains(parameter, StringComparison.OrdinalIgnoreCase) || parameter.Contains(property, StringComparison.OrdinalIgnoreCase);

    /// <summary>Private ones included; those of a base class are seen only there.</summary>
    public static MethodInfo? Setter(PropertyInfo property) =>
        property.GetSetMethod(nonPublic: true) ?? property.DeclaringType!.GetProperty(property.Name, Any | BindingFlags.DeclaredOnly)?.GetSetMethod(nonPublic: true);

    /// <summary>Inner exceptions travel as such.</summary>
    private static bool IsInner(Type type) => type.IsAssignableTo(typeof(Exception)) || type.IsAssignableTo(typeof(IEnumerable<Exception>));
}
