namespace Collab.Resilience;

/// <summary>A call whose first attempt was made outside of the layers that are to repeat it.</summary>
/// <param name="failure">How that ended.</param>
internal sealed class FailedCall<TState, T>(Exception failure, Func<TState, CancellationToken, ValueTask<T>> call, TState state)
{
    private Exception? _failure = failure;

    public Func<TState, CancellationToken, ValueTask<T>> Call => call;

    public TState State => state;

    /// <returns>Null but for the first time.</returns>
    public Exception? TakeFailure() => Interlocked.Exchange(ref _failure, null);
}
