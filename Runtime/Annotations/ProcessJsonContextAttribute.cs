using System.Text.Json.Serialization;

namespace Tandem;

/// <summary>
/// Names a source-generated context of System.Text.Json for types of this assembly, to be used for arguments and results of these types in
/// place of reflection over them. An attribute of the assembly and not an option of an executor, since the worker must find it too.
/// </summary>
/// <example><c>[assembly: ProcessJsonContext(typeof(OrdersJsonContext))]</c></example>
/// <remarks>
/// The context tells what members there are; how values are written (numbers, characters, property names) is the same as without it, so
/// that they come out as they went in. Types that it does not list go by reflection.
/// </remarks>
/// <param name="context">A class that derives from <see cref="JsonSerializerContext"/> and has a constructor without parameters, as generated ones do.</param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class ProcessJsonContextAttribute(Type context) : Attribute
{
    /// <summary>The context.</summary>
    public Type Context => context;
}
