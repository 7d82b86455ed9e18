namespace Orleans.Engine;

/// <summary>Carries a caller's cancellation over to the grain: the caller is released at once, the grain sees its own token cancelled.</summary>
internal sealed class CallCancellation : IDisposable
{
    private readonly GrainCall _call;
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenRegistration _registration;

    public CallCancellation(GrainCall call, CancellationToken callersToken)
    {
        _call = call;
        _registration = callersToken.UnsafeRegister(static (state, token) => ((CallCancellation)state!).Cancel(token), this);
    }

    public CancellationToken Token => _source.Token;

    // Not the source: the grain may still hold its token.
    public void Dispose() => _registration.Dispose();

    private void Cancel(CancellationToken callersToken)
    {
        // The caller first: the grain's turn, on another thread, may answer as soon as it hears of it.
        _call.Fail(new OperationCanceledException(callersToken));
        if (_call.Owner is { } owner)
            owner.RunTurn(static source => ((CancellationTokenSource)source!).Cancel(), _source);
        else
            _source.Cancel();
    }
}
