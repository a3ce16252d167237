namespace Tandem.Analyzers.Tests.Verification;

internal static class VerificationFailure
{
    /// <summary>The verification fails, and says why. Gives its message.</summary>
    public static async Task<string> FailsAsync(string because, Func<Task> verification)
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(verification);
        Assert.True(failure.Message.Contains(because), failure.Message);
        return failure.Message;
    }
}
