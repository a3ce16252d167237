using System.Buffers;
using System.Buffers.Binary;
using Tandem.Workers;

namespace Tandem;

/// <summary>Tuples that hold references: each item in its own form, as a block with its length before it, so that an array in a tuple goes as its bytes.</summary>
internal sealed class TuplePayloadFormat<T1, T2> : PayloadFormat<(T1, T2)>
{
    public override bool MayReferToMemory => Payload.MayReferToMemory<T1>() || Payload.MayReferToMemory<T2>();

    public override void Write(IBufferWriter<byte> output, (T1, T2) value)
    {
        TupleItem.Write(output, value.Item1);
        TupleItem.Write(output, value.Item2);
    }

    public override (T1, T2) Read(ReadOnlySpan<byte> payload)
    {
        var reader = new WireReader(payload);
        return (TupleItem.Read<T1>(ref reader), TupleItem.ReadLast<T2>(ref reader));
    }
}

/// <inheritdoc cref="TuplePayloadFormat{T1, T2}"/>
internal sealed class TuplePayloadFormat<T1, T2, T3> : PayloadFormat<(T1, T2, T3)>
{
    public override bool MayReferToMemory => Payload.MayReferToMemory<T1>() || Payload.MayReferToMemory<T2>() || Payload.MayReferToMemory<T3>();

    public override void Write(IBufferWriter<byte> output, (T1, T2, T3) value)
    {
        TupleItem.Write(output, value.Item1);
        TupleItem.Write(output, value.Item2);
        TupleItem.Write(output, value.Item3);
    }

    public override (T1, T2, T3) Read(ReadOnlySpan<byte> payload)
    {
        var reader = new WireReader(payload);
        return (TupleItem.Read<T1>(ref reader), TupleItem.Read<T2>(ref reader), TupleItem.ReadLast<T3>(ref reader));
    }
}

/// <inheritdoc cref="TuplePayloadFormat{T1, T2}"/>
internal sealed class TuplePayloadFormat<T1, T2, T3, T4> : PayloadFormat<(T1, T2, T3, T4)>
{
    public override bool MayReferToMemory =>
        Payload.MayReferToMemory<T1>() || Payload.MayReferToMemory<T2>() || Payload.MayReferToMemory<T3>() || Payload.MayReferToMemory<T4>();

    public override void Write(IBufferWriter<byte> output, (T1, T2, T3, T4) value)
    {
        TupleItem.Write(output, value.Item1);
        TupleItem.Write(output, value.Item2);
        TupleItem.Write(output, value.Item3);
        TupleItem.Write(output, value.Item4);
    }

    public override (T1, T2, T3, T4) Read(ReadOnlySpan<byte> payload)
    {
        var reader = new WireReader(payload);
        return (TupleItem.Read<T1>(ref reader), TupleItem.Read<T2>(ref reader), TupleItem.Read<T3>(ref reader), TupleItem.ReadLast<T4>(ref reader));
    }
}

/// <summary>One item of a tuple.</summary>
internal static class TupleItem
{
    public static void Write<T>(IBufferWriter<byte> output, T item)
    {
        if (output is WireWriter writer)
        {
            var block = writer.BeginBlock();
            Payload.Write(writer, item);
            writer.EndBlock(block);
            return;
        }

        // Its length comes first, and is known last.
        var apart = new ArrayBufferWriter<byte>();
        Payload.Write(apart, item);
        BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(sizeof(int)), apart.WrittenCount);
        output.Advance(sizeof(int));
        output.Write(apart.WrittenSpan);
    }

    public static T Read<T>(ref WireReader reader) => Payload.Read<T>(reader.ReadBlock());

    public static T ReadLast<T>(ref WireReader reader)
    {
        var item = Read<T>(ref reader);
        return reader.IsAtEnd ? item : throw new InvalidDataException("More bytes arrived than a tuple has.");
    }
}
