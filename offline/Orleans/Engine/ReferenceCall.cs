using System.Runtime.CompilerServices;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.Engine;

/// <summary>A call through a reference: somebody waits for it, unless it is one-way.</summary>
internal abstract class ReferenceCall : GrainCall
{
    protected ReferenceCall(GrainReference reference, GrainMethod method)
        : base(method)
    {
        Reference = reference;
        TargetId = reference.GrainId;
        TargetInterface = reference.InterfaceType;
        Source = TurnContext.Current?.GrainId ?? reference.Runtime.ClientId;
        RequestContext = Runtime.RequestContext.Export();
    }

    public GrainReference Reference { get; }

    public abstract Task Completion { get; }

    protected CallCancellation? Cancellation { get; set; }

    public override void Fail(Exception exception)
    {
        var first = exception is OperationCanceledException canceled ? TryCancel(canceled) : TryFail(exception);
        if (IsOneWay)
            Reference.Runtime.Log.OneWayCallFailed(exception, Method.ActivityName, TargetId);
        else if (first)
            _ = Completion.Exception; // Observed here: that a caller went away makes no unobserved exception.
        Cancellation?.Dispose();
    }

    /// <summary>Whether it was sent: from then on <see cref="Completion"/> says how it ended.</summary>
    public bool IsSent { get; private set; }

    public bool IsAnswered => IsSent && Completion.IsCompletedSuccessfully;

    /// <summary>Sends the call, with what outgoing filters have put into the request context.</summary>
    public void Send()
    {
        RequestContext = Runtime.RequestContext.Export();
        IsSent = true;
        Reference.Runtime.Send(this);
    }

    /// <summary>A response that an outgoing filter puts in place of the grain's.</summary>
    public abstract Response ResponseOf(object? result);

    protected abstract bool TryFail(Exception exception);

    protected abstract bool TryCancel(OperationCanceledException exception);
}

/// <summary>Such a call with its arguments, which pass by reference: messages are immutable.</summary>
internal abstract class ReferenceCall<TArguments> : ReferenceCall
    where TArguments : struct, ITuple
{
    protected ReferenceCall(GrainReference reference, GrainMethod method, TArguments arguments)
        : base(reference, method)
    {
        Arguments = method.CancellationArgument < 0 ? arguments : WithOwnToken(arguments, method.CancellationArgument);
    }

    protected TArguments Arguments { get; }

    public override int GetArgumentCount() => Arguments.Length;

    public override object? GetArgument(int index) => Arguments[index];

    // The grain gets a token of its own, cancelled on its own turn: what it registered there must not run on the caller's thread.
    private TArguments WithOwnToken(TArguments arguments, int index)
    {
        var token = (CancellationToken)arguments[index]!;
        token.ThrowIfCancellationRequested();
        if (!token.CanBeCanceled)
            return arguments;
        Cancellation = new CallCancellation(this, token);
        return ArgumentTuple.With(arguments, index, Cancellation.Token);
    }
}
