using System.Runtime.ExceptionServices;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.Engine;

/// <summary>The call that a timer's tick is; one per timer, because the next tick is only due after this one has ended.</summary>
internal sealed class TimerTick : GrainCall, IGrainTimerInvoker
{
    private static readonly GrainMethod<ValueTuple> TickMethod = new(
        typeof(IGrainTimerInvoker).GetMethod(nameof(IGrainTimerInvoker.InvokeCallbackAsync))!,
        static (_, _) => throw new NotSupportedException("A tick is invoked by its timer."));

    private readonly GrainTimer _timer;
    private readonly GrainTimerCreationOptions _options;

    public TimerTick(GrainTimer timer, GrainId grain, GrainTimerCreationOptions options)
        : base(TickMethod)
    {
        _timer = timer;
        _options = options;
        Source = grain;
        TargetId = grain;
        TargetInterface = GrainInterfaceType.Create("Orleans.Runtime.IGrainTimerInvoker");
    }

    public override bool IsAlwaysInterleave => _options.Interleave;

    public override bool IsKeepAlive => _options.KeepAlive;

    public override bool IsLocal => true;

    public override bool IsSettled => false;

    public override void Start(ICallOwner owner, object instance) => base.Start(owner, this);

    public override void Leave() => _timer.Rest();

    public override void Run() => _ = RunAsync();

    public override async Task Begin()
    {
        if ((await _timer.Tick()).Exception is { } exception)
            ExceptionDispatchInfo.Throw(exception);
    }

    public override object? ResultOf(Task succeeded) => null;

    public override void Settle(Task ended)
    {
    }

    public override void Settle(Response response)
    {
    }

    public override void Fail(Exception exception)
    {
    }

    public override int GetArgumentCount() => 0;

    public override object? GetArgument(int index) => throw new ArgumentOutOfRangeException(nameof(index), index, "A tick has no arguments.");

    public override string GetInterfaceName() => nameof(IGrainTimerInvoker);

    Task IGrainTimerInvoker.InvokeCallbackAsync() => throw new NotSupportedException("A tick is invoked by its timer.");

    protected override Response Succeeded(Task succeeded) => Response.Completed;

    private async Task RunAsync()
    {
        await _timer.Tick();
        Owner!.OnCompleted(this);
    }
}

/// <summary>The interface under which filters see ticks; the name is Orleans' own.</summary>
internal interface IGrainTimerInvoker : IAddressable
{
    Task InvokeCallbackAsync();
}
