namespace Orleans.Engine;

/// <summary>Runs something without letting the caller's async locals into what it starts.</summary>
internal static class NoFlow
{
    public static TResult Run<TState, TResult>(Func<TState, TResult> start, TState state)
    {
        if (ExecutionContext.IsFlowSuppressed())
            return start(state);
        using (ExecutionContext.SuppressFlow())
            return start(state);
    }
}
