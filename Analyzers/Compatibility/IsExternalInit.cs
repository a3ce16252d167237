namespace System.Runtime.CompilerServices;

/// <summary>What the compiler asks for to compile records; netstandard2.0 has no type of this name.</summary>
internal static class IsExternalInit;
