using Tandem.Workers;

namespace Tandem;

/// <summary>The items of a chunk, or their results: an array, but one by one where a serializer of the user's may know their type alone.</summary>
internal static class ItemsPayload
{
    public static void Write<T>(WireWriter output, T[] items)
    {
        if (!ChosenSerializer.TakesItemsOf(typeof(T)))
        {
            Payload.Write(output, items);
            return;
        }

        foreach (var item in items)
            TupleItem.Write(output, item);
    }

    public static T[] Read<T>(ReadOnlySpan<byte> payload)
    {
        if (!ChosenSerializer.TakesItemsOf(typeof(T)))
            return Payload.Read<T[]>(payload);
        var items = new List<T>();
        var reader = new WireReader(payload);
        while (!reader.IsAtEnd)
            items.Add(TupleItem.Read<T>(ref reader));
        return [.. items];
    }
}
