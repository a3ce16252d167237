using Tandem.Platform;

namespace Tandem.Runtime.Tests.Platform;

/// <summary>Passes a primitive to a child on its command line, without the start-up cost of JSON in each.</summary>
internal static class Crossing
{
    public static string Send<T>(T primitive)
        where T : ISharedPrimitive<T> => primitive.Send().ToString();

    public static T Receive<T>(string sent)
        where T : ISharedPrimitive<T>
    {
        Assert.True(SharedMemoryReference.TryParse(sent, out var reference));
        return T.Attach(SharedMemoryTable.Receive(reference, T.Kind, T.Name), reference.Part);
    }
}
