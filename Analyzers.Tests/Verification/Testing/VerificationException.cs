namespace Microsoft.CodeAnalysis.Testing;

/// <summary>A verification failed; <see cref="IVerifier.Fail"/> tells the test framework.</summary>
internal sealed class VerificationException(string message) : Exception(message);
