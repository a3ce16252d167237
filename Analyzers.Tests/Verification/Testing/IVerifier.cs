using System.Diagnostics.CodeAnalysis;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>How a failed verification is told to the test framework.</summary>
public interface IVerifier
{
    [DoesNotReturn]
    void Fail(string? message = null);
}

/// <summary>Fails by an exception, which every test framework understands.</summary>
public sealed class DefaultVerifier : IVerifier
{
    [DoesNotReturn]
    public void Fail(string? message = null) => throw new InvalidOperationException(message);
}
