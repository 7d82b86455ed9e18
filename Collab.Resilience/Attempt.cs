namespace Collab.Resilience;

/// <summary>A call that is under way and watched by an <see cref="AttemptWatch"/>, which keeps them in the order of their deadlines.</summary>
#pragma warning disable CA1001 // The token source has neither a timer nor a handle to dispose of, and a call that was given up may still look at its token.
internal abstract class Attempt
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _givenUp = new();

    /// <summary>Tells the call that nobody waits for it any more.</summary>
    public CancellationToken GivenUp => _givenUp.Token;

    public long Deadline { get; set; }

    public Attempt? Before { get; set; }

    public Attempt? After { get; set; }

    /// <summary>Ends the wait for it, unless it has ended. It may still happen; a call that does not listen is left to itself.</summary>
    public void GiveUp(Exception reason)
    {
        // First, so that its own answer to being cancelled comes too late.
        if (TryFail(reason))
            _givenUp.Cancel();
    }

    public abstract bool HasEnded { get; }

    protected abstract bool TryFail(Exception failure);
}

/// <inheritdoc/>
internal sealed class Attempt<T> : Attempt
{
    // Whoever waits goes on where the answer comes, as if there was nobody between.
    private readonly TaskCompletionSource<T> _answer = new();

    public Task<T> Answer => _answer.Task;

    public override bool HasEnded => Answer.IsCompleted;

    /// <summary>Passes on what comes, for whoever still waits; what comes later is looked at by nobody.</summary>
    public void Await(ValueTask<T> call)
    {
        var awaiter = call.ConfigureAwait(false).GetAwaiter();
        awaiter.UnsafeOnCompleted(() =>
        {
            try
            {
                _answer.TrySetResult(awaiter.GetResult());
            }
            catch (Exception failure)
            {
                TryFail(failure);
            }
        });
    }

    protected override bool TryFail(Exception failure) => _answer.TrySetException(failure);
}
