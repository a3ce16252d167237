using Tandem.Platform;
using Tandem.Waiting;

namespace Tandem;

public partial class WorkerProcess : IProcessWaitable
{
    private EndTarget? _target;

    IWaitTarget IProcessWaitable.Target => _target ?? Interlocked.CompareExchange(ref _target, new EndTarget(_run.Ended), null) ?? _target;

    private sealed class EndTarget(Task ended) : IWaitTarget
    {
        /// <summary>1 once the end rings the bell.</summary>
        private int _isArmed;

        public bool IsReady => ended.IsCompleted;

        public Doorbell Bell => LocalBell.Instance;

        public void Enter()
        {
            if (Interlocked.Exchange(ref _isArmed, 1) == 0)
                ended.ContinueWith(static _ => LocalBell.Instance.RingAll(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        public void Exit()
        {
        }

        public void Check()
        {
        }
    }
}
