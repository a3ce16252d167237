using Tandem.Workers;

namespace Tandem.Runtime.Tests.Workers;

public class WireTests
{
    [Fact]
    public void AWriter_TakesNoMoreThanItMay()
    {
        var writer = new WireWriter { MaxLength = 1000 };
        writer.WriteBytes(new byte[900]);
        writer.WriteBytes(new byte[100]);
        Assert.Equal(1000, writer.Written.Length);
        var thrown = Assert.Throws<NotSupportedException>(() => writer.WriteByte(1));
        Assert.Contains("2 GB", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(123_456_789_012, 15)]
    public void ACancellation_IsEightBytes(long callId, int tokens)
    {
        var cancellation = new Cancellation(callId, tokens);
        Assert.Equal(cancellation, Cancellation.FromBits(cancellation.ToBits()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("größer \ud83d\ude00")]
    [InlineData("\ude00 \ud83d")]
    public void AString_ComesOutAsItWentIn(string text)
    {
        var writer = new WireWriter();
        writer.WriteByte(1);
        writer.WriteString(text);
        var reader = new WireReader(writer.Written.Span);
        reader.ReadByte();
        Assert.Equal(text, reader.ReadString());
    }
}
