namespace Collab.Grains.Documents;

/// <summary>A flush that waits for <see cref="Company"/>.</summary>
/// <remarks>Used from the turns of one document; <see cref="CompanyClock"/> ends it from any thread. Its result says whether all came that were waited for.</remarks>
internal sealed class CompanyWait() : TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    private volatile int _came;
    private int _seen = -1;

    /// <summary>One more came.</summary>
    public void Come(bool isComplete)
    {
        _came++;
        if (isComplete)
            TrySetResult(true);
    }

    /// <summary>Nothing more is waited for.</summary>
    public void End() => TrySetResult(false);

    /// <summary>Ends the wait if nobody came since this was asked last.</summary>
    /// <returns>Whether it goes on.</returns>
    public bool GoesOn()
    {
        int came = _came;
        if (came == _seen)
            End();
        _seen = came;
        return !Task.IsCompleted;
    }
}
