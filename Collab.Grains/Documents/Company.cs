namespace Collab.Grains.Documents;

/// <summary>Operations that a flush waits for, because whoever sent those of the last one is likely to send the next at once.</summary>
/// <remarks>Used from the turns of one document; <see cref="CompanyClock"/> ends it from any thread.</remarks>
public sealed class Company
{
    private readonly TaskCompletionSource<bool> _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile int _came;
    private int _seen = -1;

    /// <summary>Whether all came that were waited for.</summary>
    public Task<bool> Over => _over.Task;

    /// <summary>One more came.</summary>
    public void Come(bool isComplete)
    {
        _came++;
        if (isComplete)
            _over.TrySetResult(true);
    }

    /// <summary>Nothing more is waited for.</summary>
    public void End() => _over.TrySetResult(false);

    /// <summary>Ends the wait if nobody came since this was asked last.</summary>
    /// <returns>Whether it goes on.</returns>
    internal bool GoesOn()
    {
        int came = _came;
        if (came == _seen)
            End();
        _seen = came;
        return !_over.Task.IsCompleted;
    }
}
