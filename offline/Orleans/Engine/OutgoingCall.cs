using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.Engine;

/// <summary>Runs a call through the outgoing filters, at least one, in the order of registration, then sends it.</summary>
internal sealed class OutgoingCall(ReferenceCall call, IOutgoingGrainCallFilter[] filters) : IOutgoingGrainCallContext
{
    private int _stage;
    private Response? _given;

    public IInvokable Request => call;

    public object? Grain => call.Reference;

    public IGrainContext? SourceContext { get; } = TurnContext.Current;

    public GrainId? SourceId => SourceContext?.GrainId;

    public GrainId TargetId => call.Reference.GrainId;

    public GrainInterfaceType InterfaceType => call.Reference.InterfaceType;

    public string InterfaceName => call.GetInterfaceName();

    public string MethodName => call.GetMethodName();

    public MethodInfo InterfaceMethod => call.GetMethod();

    public object? Result
    {
        get => Response?.Result;
        set => Response = call.ResponseOf(value);
    }

    public Response? Response
    {
        get => _given ??= call.IsAnswered ? call.OutcomeOf(call.Completion) : null;
        set => _given = value;
    }

    /// <summary>What a filter has put in place of the grain's answer, once <see cref="Begin"/> has ended; null: nothing.</summary>
    /// <exception cref="InvalidOperationException">There is no answer at all.</exception>
    public Response? Given
    {
        get
        {
            ThrowUnlessAnswered(filters[0]);
            return _given;
        }
    }

    /// <summary>Starts all of it. Whoever waits for the end then looks at <see cref="Given"/>: one wait less than if this one did.</summary>
    public Task Begin() => filters[_stage++].Invoke(this);

    public Task Invoke()
    {
        if (_stage < filters.Length)
            return InvokeFilter();
        if (!call.IsSent)
            call.Send();
        else if (!call.Completion.IsCompleted)
            return Task.FromException(new InvalidOperationException($"A filter invoked {call.GetActivityName()} from inside of itself."));
        return call.Completion;
    }

    private async Task InvokeFilter()
    {
        var filter = filters[_stage++];
        try
        {
            await filter.Invoke(this);
            ThrowUnlessAnswered(filter);
        }
        finally
        {
            _stage--;
        }
    }

    private void ThrowUnlessAnswered(IOutgoingGrainCallFilter filter)
    {
        if (_given is null && !call.IsAnswered)
            throw new InvalidOperationException($"Filter {filter.GetType().Name} neither invoked the call nor gave a response.");
    }
}
