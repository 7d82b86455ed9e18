using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.Engine;

/// <summary>Runs a call through the outgoing filters in the order of registration, then sends it.</summary>
internal sealed class OutgoingCall(ReferenceCall call, IOutgoingGrainCallFilter[] filters) : IOutgoingGrainCallContext
{
    private int _stage;

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

    public Response? Response { get; set; }

    public async Task Invoke()
    {
        var stage = _stage++;
        try
        {
            if (stage < filters.Length)
            {
                await filters[stage].Invoke(this);
                if (Response is null)
                    throw new InvalidOperationException($"Filter {filters[stage].GetType().Name} neither invoked the call nor gave a response.");
                return;
            }
            if (stage > filters.Length)
                throw new InvalidOperationException($"A filter invoked {call.GetActivityName()} from inside of itself.");
            Response = await call.SendAndWait();
        }
        finally
        {
            _stage = stage;
        }
    }
}
