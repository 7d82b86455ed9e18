using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.Engine;

/// <summary>
/// One call under way: method, arguments, and the promise to its caller. Whoever comes first settles it: the grain, the response
/// timeout, a cancellation, the silo's end. A node of the list (waiting or running) that its owner keeps under its own lock.
/// </summary>
internal abstract class GrainCall(GrainMethod method) : IInvokable
{
    public GrainMethod Method { get; } = method;

    public Dictionary<string, object>? RequestContext { get; protected set; }

    public GrainId Source { get; init; }

    public GrainId TargetId { get; init; }

    public GrainInterfaceType TargetInterface { get; init; }

    /// <summary>When the caller stops waiting, as <see cref="Environment.TickCount64"/>.</summary>
    public long Deadline { get; set; } = long.MaxValue;

    /// <summary>How often an activation that ended has passed the call on.</summary>
    public int Forwards { get; set; }

    public GrainCall? Next { get; set; }

    public GrainCall? Previous { get; set; }

    /// <summary>Who runs it and hears of its end; set when it starts.</summary>
    public ICallOwner? Owner { get; private set; }

    /// <summary>What the method is called on; set when it starts.</summary>
    public object? Target { get; protected set; }

    public bool IsOneWay => Method.IsOneWay;

    public virtual bool IsAlwaysInterleave => Method.IsAlwaysInterleave;

    public bool IsReadOnly => Method.IsReadOnly;

    /// <summary>Whether running it counts as use of the activation.</summary>
    public virtual bool IsKeepAlive => true;

    /// <summary>A timer's tick: it runs on this activation or not at all.</summary>
    public virtual bool IsLocal => false;

    /// <summary>Whether the promise is settled, so that nobody waits for a result any more.</summary>
    public abstract bool IsSettled { get; }

    public virtual void Start(ICallOwner owner, object instance)
    {
        Target = instance;
        Owner = owner;
    }

    /// <summary>It is in no list of its owner's any more.</summary>
    public virtual void Leave()
    {
    }

    /// <summary>Invokes without filters, settles the promise and tells the owner, exactly once.</summary>
    public abstract void Run();

    public async ValueTask<Response> Invoke()
    {
        var begun = Begin();
        await begun.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        return OutcomeOf(begun);
    }

    /// <summary>Invokes. Never throws; the task ends as the method does.</summary>
    public abstract Task Begin();

    /// <summary>The result of what <see cref="Begin"/> began and what succeeded.</summary>
    public abstract object? ResultOf(Task succeeded);

    /// <summary>The outcome of what <see cref="Begin"/> began and what has ended.</summary>
    public Response OutcomeOf(Task ended) => ended.IsCompletedSuccessfully ? Succeeded(ended) : Response.FromException(FailureOf(ended));

    /// <summary>Settles the promise with the outcome of what <see cref="Begin"/> began and what has ended.</summary>
    public abstract void Settle(Task ended);

    public abstract void Settle(Response response);

    public abstract void Fail(Exception exception);

    public abstract int GetArgumentCount();

    public abstract object? GetArgument(int index);

    public object? GetTarget() => Target;

    public string GetMethodName() => Method.Method.Name;

    public virtual string GetInterfaceName() => Method.InterfaceName;

    public string GetActivityName() => Method.ActivityName;

    public MethodInfo GetMethod() => Method.Method;

    public Type GetInterfaceType() => Method.InterfaceType;

    public TimeSpan? GetDefaultResponseTimeout() => Method.ResponseTimeout;

    public void Dispose()
    {
    }

    protected abstract Response Succeeded(Task succeeded);

    protected static Exception FailureOf(Task ended) => ended.Exception?.InnerException ?? new TaskCanceledException(ended);

    public override string ToString() => $"{Method.ActivityName} from {Source} to {TargetId}";
}

/// <summary>Who runs calls: an activation or an observer.</summary>
internal interface ICallOwner
{
    /// <summary>Runs <paramref name="action"/> as one of the owner's turns.</summary>
    void RunTurn(Action<object?> action, object? state);

    /// <summary>The call no longer runs. From any thread.</summary>
    void OnCompleted(GrainCall call);
}
