using System.Reflection;
using System.Runtime.ExceptionServices;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.Engine;

/// <summary>Runs a call through the incoming filters: those of the silo in the order of registration, then the grain's own.</summary>
internal sealed class IncomingCall(GrainCall call, IGrainContext context, object instance, IIncomingGrainCallFilter[] filters) : IIncomingGrainCallContext
{
    private int _stage;

    public IInvokable Request => call;

    public object? Grain => instance;

    public GrainId? SourceId => call.Source.IsDefault ? null : call.Source;

    public GrainId TargetId => context.GrainId;

    public GrainInterfaceType InterfaceType => call.TargetInterface;

    public string InterfaceName => call.GetInterfaceName();

    public string MethodName => call.GetMethodName();

    public MethodInfo InterfaceMethod => call.GetMethod();

    public MethodInfo ImplementationMethod => call.Method.ImplementationIn(call.Target!.GetType());

    public IGrainContext TargetContext => context;

    public object? Result
    {
        get => Response is { Exception: null } response ? response.Result : null;
        set => Response = Response.FromResult(value);
    }

    public Response? Response { get; set; }

    /// <summary>Runs all of it, settles the call and tells its owner.</summary>
    public async Task Run()
    {
        try
        {
            await Invoke();
            call.Settle(Response!);
        }
        catch (Exception exception)
        {
            call.Fail(exception);
        }
        call.Owner!.OnCompleted(call);
    }

    public async Task Invoke()
    {
        var stage = _stage++;
        try
        {
            var filter = stage < filters.Length ? filters[stage] : stage == filters.Length ? instance as IIncomingGrainCallFilter : null;
            if (filter is not null)
            {
                await filter.Invoke(this);
                if (Response is null)
                    throw new InvalidOperationException($"Filter {filter.GetType().Name} neither invoked the call nor gave a response.");
                return;
            }
            if (stage > filters.Length + 1)
                throw new InvalidOperationException($"A filter invoked {call.GetActivityName()} from inside of itself.");

            _stage = filters.Length + 2;
            Response = await call.Invoke();
            if (Response.Exception is { } exception)
                ExceptionDispatchInfo.Throw(exception);
        }
        finally
        {
            _stage = stage;
        }
    }
}
