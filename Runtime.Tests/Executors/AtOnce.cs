namespace Tandem.Runtime.Tests.Executors;

/// <summary>Asserts that Submit itself throws: what can be known then must not wait in a task that is perhaps never awaited.</summary>
internal static class AtOnce
{
    public static TException Throws<TException>(Action submit)
        where TException : Exception => Assert.Throws<TException>(submit);

    public static TException Throws<TException>(string parameter, Action submit)
        where TException : ArgumentException => Assert.Throws<TException>(parameter, submit);
}
