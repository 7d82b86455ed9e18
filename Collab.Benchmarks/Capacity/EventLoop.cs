namespace Collab.Benchmarks.Capacity;

/// <summary>Simulated time, in seconds, and what happens in it. What is due at one moment happens in the order it was asked for, so a run is a function of its seed.</summary>
internal sealed class EventLoop
{
    private readonly PriorityQueue<Action, (double Time, long Order)> _due = new();
    private long _order;

    public double Now { get; private set; }

    public void After(double delay, Action action) => _due.Enqueue(action, (Now + delay, _order++));

    /// <summary>Runs until the time has come, or nothing is left to happen.</summary>
    public void RunUntil(double time)
    {
        while (_due.TryPeek(out _, out var at) && at.Time <= time)
        {
            var action = _due.Dequeue();
            Now = at.Time;
            action();
        }

        Now = time;
    }
}
