using System.Text;
using Tandem.Platform;

namespace Tandem.Workers;

/// <summary>What one worker writes to one of its standard streams, on its way to where the options say. Used by one thread at a time.</summary>
internal sealed class WorkerText
{
    private readonly string _name;

    /// <summary>Null where it goes nowhere.</summary>
    private readonly OutputQueue.Source? _target;

    /// <summary>Null where it goes on as it is.</summary>
    private readonly LineBuffer? _lines;
    private readonly byte[] _prefix = [];
    private int _processId;

    public WorkerText(WorkerStream stream, WorkerOutput output, string name)
    {
        _name = name;
        if (output == WorkerOutput.Discard)
            return;
        if (output.Receive is { } receive)
        {
            _target = new(output.Queue!, line => receive(new WorkerLine(_name, _processId, Decode(line))));
            _lines = new(line => _target.Write(line));
            return;
        }

        var (number, queue) = stream == WorkerStream.Error ? (StandardStream.Error, OutputQueue.StandardError) : (StandardStream.Output, OutputQueue.StandardOutput);
        _target = new(queue, text => StandardStream.Write(number, text));
        if (output != WorkerOutput.WithName)
            return;
        _prefix = Encoding.UTF8.GetBytes($"[{name}] ");
        _lines = new(line => _target.Write([.. _prefix, .. line]));
    }

    /// <inheritdoc cref="OutputQueue.Source.HasRoom"/>
    public bool HasRoom(Action whenRoom) => _target?.HasRoom(whenRoom) ?? true;

    /// <summary>Never waits: who can leave the text where it is asks <see cref="HasRoom"/> first.</summary>
    public void Write(int processId, ReadOnlySpan<byte> text)
    {
        _processId = processId;
        if (_lines is null)
            _target?.Write(text);
        else
            _lines.Add(text);
    }

    /// <summary>No more will come.</summary>
    public void End()
    {
        _lines?.End();
        _target?.End();
    }

    private static string Decode(ReadOnlySpan<byte> line) => Encoding.UTF8.GetString(line.TrimEnd("\r\n"u8));
}
