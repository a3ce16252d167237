namespace Tandem;

/// <summary>
/// Vouches that values of a type can cross a process boundary, so that neither Submit nor the analyzers look inside it. The values still
/// travel as JSON of the declared type; a type that needs more brings a <see cref="System.Text.Json.Serialization.JsonConverterAttribute"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Interface)]
public sealed class ProcessPortableAttribute : Attribute;
