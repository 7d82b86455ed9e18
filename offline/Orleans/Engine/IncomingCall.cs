using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.Engine;

/// <summary>Runs a call through the incoming filters: those of the silo in the order of registration, then the grain's own.</summary>
/// <remarks>Nobody waits between the innermost filter and the method, nor around the outermost: each that waits costs an allocation and a task of the grain's scheduler.</remarks>
internal sealed class IncomingCall(GrainCall call, IGrainContext context, object instance, IIncomingGrainCallFilter[] filters) : IIncomingGrainCallContext
{
    private int _stage;
    private Task? _method;
    private Response? _given;

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
        get => _given is { } given ? given.Exception is null ? given.Result : null
            : _method is { IsCompletedSuccessfully: true } ended ? call.ResultOf(ended)
            : null;
        set => Response = Response.FromResult(value);
    }

    public Response? Response
    {
        get => _given ??= _method is { IsCompleted: true } ended ? call.OutcomeOf(ended) : null;
        set => _given = value;
    }

    /// <summary>Runs all of it, settles the call and tells its owner.</summary>
    public async Task Run()
    {
        try
        {
            var outermost = FilterAt(_stage++)!;
            await outermost.Invoke(this);
            ThrowUnlessAnswered(outermost);
            if (_given is { } given)
                call.Settle(given);
            else
                call.Settle(_method!);
        }
        catch (Exception exception)
        {
            call.Fail(exception);
        }
        call.Owner!.OnCompleted(call);
    }

    public Task Invoke()
    {
        if (FilterAt(_stage) is { } filter)
            return InvokeFilter(filter);
        if (_stage > filters.Length + 1 || _method is { IsCompleted: false })
            return Task.FromException(new InvalidOperationException($"A filter invoked {call.GetActivityName()} from inside of itself."));

        var stage = _stage;
        _stage = filters.Length + 2;
        _given = null;
        _method = call.Begin();
        _stage = stage;
        return _method;
    }

    private async Task InvokeFilter(IIncomingGrainCallFilter filter)
    {
        var stage = _stage++;
        try
        {
            await filter.Invoke(this);
            ThrowUnlessAnswered(filter);
        }
        finally
        {
            _stage = stage;
        }
    }

    private IIncomingGrainCallFilter? FilterAt(int stage) =>
        stage < filters.Length ? filters[stage] : stage == filters.Length ? instance as IIncomingGrainCallFilter : null;

    private void ThrowUnlessAnswered(IIncomingGrainCallFilter filter)
    {
        if (_given is null && _method is not { IsCompleted: true })
            throw new InvalidOperationException($"Filter {filter.GetType().Name} neither invoked the call nor gave a response.");
    }
}
