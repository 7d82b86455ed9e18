namespace Collab.Grains.Documents;

/// <summary>Ends the waiting for <see cref="Company"/> that does not come. One timer for all documents of the process, which stands still while nobody waits.</summary>
public sealed class CompanyClock(TimeProvider time)
{
    /// <summary>Who waits does so for between one and two of these after the last that came.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(2);

    private readonly Lock _gate = new();
    private readonly List<CompanyWait> _waiting = [];
    private ITimer? _timer;
    private bool _isRunning;

    public long Now => time.GetTimestamp();

    public TimeSpan Since(long timestamp) => time.GetElapsedTime(timestamp);

    internal void Watch(CompanyWait wait)
    {
        lock (_gate)
        {
            _waiting.Add(wait);
            if (_isRunning)
                return;
            _isRunning = true;
            _timer ??= time.CreateTimer(static clock => ((CompanyClock)clock!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        _timer.Change(Tick, Timeout.InfiniteTimeSpan);
    }

    private void Ring()
    {
        lock (_gate)
        {
            _waiting.RemoveAll(static wait => !wait.GoesOn());
            _isRunning = _waiting.Count > 0;
            if (!_isRunning)
                return;
        }

        _timer!.Change(Tick, Timeout.InfiniteTimeSpan);
    }
}
