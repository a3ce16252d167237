using Tandem.Waiting;

namespace Tandem;

/// <summary>
/// What <see cref="ProcessWait"/> waits for: a <see cref="ProcessQueue{T}"/> with an item to take, or completed; a <see cref="PipeEnd{T}"/> with an item
/// to receive, or whose other end is gone; a <see cref="WorkerProcess"/> that has ended.
/// </summary>
public interface IProcessWaitable
{
    internal IWaitTarget Target { get; }
}
