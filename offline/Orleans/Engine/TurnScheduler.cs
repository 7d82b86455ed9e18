using Orleans.Runtime;

namespace Orleans.Engine;

/// <summary>
/// Runs the turns of one activation: one at a time, in order, on pool threads. It is the <see cref="TaskScheduler"/> that awaits in
/// grain code capture, which is why a continuation comes back to the grain and two never run at once.
/// </summary>
internal sealed class TurnScheduler(IGrainContext owner) : TaskScheduler, IThreadPoolWorkItem
{
    // Orleans' default quantum (SchedulingOptions.ActivationSchedulingQuantum): then the thread goes to the next activation.
    private const long QuantumMilliseconds = 100;

    private readonly Lock _gate = new();
    private readonly Queue<Task> _turns = new();
    private bool _scheduled;

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Queues <paramref name="turn"/> without the caller's async locals: a request brings its own context.</summary>
    public void Run(Action<object?> turn, object? state)
    {
        NoFlow.Run(
            static turn =>
            {
                new Task(turn.action, turn.state).Start(turn.scheduler);
                return 0;
            },
            (action: turn, state, scheduler: this));
    }

    protected override void QueueTask(Task task)
    {
        lock (_gate)
        {
            _turns.Enqueue(task);
            if (_scheduled)
                return;
            _scheduled = true;
        }
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    // Only a continuation that was not queued yet, on the activation's own turn; anything else would overtake or overlap.
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && ReferenceEquals(TurnContext.Current, owner) && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_gate)
            return [.. _turns];
    }

    void IThreadPoolWorkItem.Execute()
    {
        var outer = TurnContext.Current;
        TurnContext.Current = owner;
        try
        {
            var end = Environment.TickCount64 + QuantumMilliseconds;
            do
            {
                Task? turn;
                lock (_gate)
                {
                    if (!_turns.TryDequeue(out turn))
                    {
                        _scheduled = false;
                        return;
                    }
                }
                TryExecuteTask(turn);
            }
            while (Environment.TickCount64 < end);
        }
        finally
        {
            TurnContext.Current = outer;
        }
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
