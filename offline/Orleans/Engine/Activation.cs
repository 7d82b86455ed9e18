using Orleans.Runtime;

namespace Orleans.Engine;

/// <summary>
/// One life of a grain: its instance, its turns, the calls that wait and run. Creating → Activating → Valid → Deactivating → Invalid;
/// calls run only while Valid, wait until then, and are passed on to the next life by an activation that ends.
/// </summary>
internal sealed class Activation : IGrainContext, ICallOwner
{
    // A pump turn starts so many calls at most, then goes behind the continuations that wait.
    private const int CallsPerTurn = 64;

    private static readonly Action<object?> PumpTurn = static self => ((Activation)self!).Pump();

    private readonly Lock _gate = new();
    private readonly SiloRuntime _runtime;
    private readonly TurnScheduler _turns;
    private readonly ActivationLife _life;
    private CallList _waiting;
    private CallList _running;
    private int _waitingInterleavers;
    private GrainCall? _blocking;
    private GrainReference? _reference;
    private bool _pumping;
    private long _idleSince = Environment.TickCount64;
    private DateTimeOffset _keepUntil = DateTimeOffset.MinValue;

    public Activation(SiloRuntime runtime, GrainId id, GrainClass grainClass)
    {
        _runtime = runtime;
        GrainId = id;
        Class = grainClass;
        _turns = new TurnScheduler(this);
        _life = new ActivationLife(this, runtime);
    }

    public GrainClass Class { get; }

    public GrainId GrainId { get; }

    public ActivationId ActivationId { get; } = ActivationId.NewId();

    public object? GrainInstance => _life.Instance;

    public IServiceProvider ActivationServices => _life.Services;

    public Task Deactivated => _life.Deactivated;

    public ActivationState State { get; private set; }

    public GrainReference GrainReference => _reference ??= _runtime.References.CreateUntyped(GrainId);

    /// <summary>Starts the life. <paramref name="first"/> is the call that asked for it; <c>OnActivateAsync</c> sees its request context.</summary>
    public void Begin(GrainCall? first) => RunTurn(static state => _ = ((BeginTurn)state!).Run(), new BeginTurn(this, first?.RequestContext));

    public void RunTurn(Action<object?> action, object? state) => _turns.Run(action, state);

    /// <summary>Queues a call. False when this life is over: ask the directory for the next one.</summary>
    public bool TryReceive(GrainCall call)
    {
        lock (_gate)
        {
            if (State == ActivationState.Invalid)
                return false;
            AddWaiting(call);
            if (_pumping || !MayStart(call))
                return true;
            _pumping = true;
        }
        _turns.Run(PumpTurn, this);
        return true;
    }

    public void OnCompleted(GrainCall call)
    {
        bool pumps;
        lock (_gate)
        {
            _running.Remove(call);
            if (call.IsKeepAlive)
                _idleSince = Environment.TickCount64;
            if (_blocking is null || ReferenceEquals(_blocking, call))
                _blocking = null;
            pumps = !_pumping && (_waiting.Count > 0 || State == ActivationState.Deactivating);
            _pumping |= pumps;
        }
        call.Leave();
        if (pumps)
            _turns.Run(PumpTurn, this);
    }

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (State is ActivationState.Deactivating or ActivationState.Invalid)
                return;
            _life.PrepareEnd(deactivationReason, wasValid: State == ActivationState.Valid, cancellationToken);
            State = ActivationState.Deactivating;
            if (_pumping)
                return;
            _pumping = true;
        }
        _turns.Run(PumpTurn, this);
    }

    /// <summary>Moves a life that isn't ending to <paramref name="state"/>, and starts what has waited for that.</summary>
    public void Advance(ActivationState state)
    {
        lock (_gate)
        {
            if (State < state && State < ActivationState.Deactivating)
                State = state;
            if (_pumping)
                return;
            _pumping = true;
        }
        _turns.Run(PumpTurn, this);
    }

    /// <summary>Ends the life in the directory: later calls, and those still queued, reach the next one, in their order.</summary>
    public void Retire(DeactivationReason reason)
    {
        List<GrainCall>? refused = null;
        Activation? successor = null;
        lock (_gate)
        {
            State = ActivationState.Invalid;
            var maySucceed = reason.Exception is null && !_runtime.IsStopping;
            while (_waiting.First is { } call)
            {
                _waiting.Remove(call);
                if (call.IsLocal || call.IsSettled)
                    continue;
                if (maySucceed && call.Forwards++ < _runtime.Messaging.MaxForwardCount)
                    (successor ??= new Activation(_runtime, GrainId, Class)).AddWaiting(call);
                else
                    (refused ??= []).Add(call);
            }
            // Under the gate, so that no newer call of the same caller gets to the successor before those that it sent earlier.
            _runtime.Directory.Replace(this, successor);
        }
        successor?.Begin(successor._waiting.First);
        foreach (var call in refused ?? [])
        {
            call.Fail(reason.Exception
                ?? (_runtime.IsStopping
                    ? SiloRuntime.Stopped(call)
                    : new OrleansMessageRejectionException($"{call} was passed on {call.Forwards - 1} times: activations end as soon as they begin. {reason}")));
        }
    }

    public IGrainTimer RegisterTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options) =>
        _life.AddTimer(new GrainTimer(this, callback, options, _runtime.GrainClock, _runtime.Log), options);

    public void ForgetTimer(GrainTimer timer) => _life.RemoveTimer(timer);

    public void DelayCollection(TimeSpan delay)
    {
        lock (_gate)
        {
            _keepUntil = delay <= TimeSpan.Zero && delay != Timeout.InfiniteTimeSpan ? DateTimeOffset.MinValue
                : delay == Timeout.InfiniteTimeSpan || delay == TimeSpan.MaxValue ? DateTimeOffset.MaxValue
                : _runtime.GrainClock.GetUtcNow() + delay;
        }
    }

    /// <summary>Ends the life when nothing has used it for the class's collection age.</summary>
    public void CollectIfIdle(long now)
    {
        lock (_gate)
        {
            if (State != ActivationState.Valid || _running.Count + _waiting.Count > 0 || Class.CollectionAge == Timeout.InfiniteTimeSpan)
                return;
            if (now - _idleSince < Class.CollectionAge.TotalMilliseconds || _keepUntil > _runtime.GrainClock.GetUtcNow())
                return;
        }
        Deactivate(new(DeactivationReasonCode.ActivationIdle, $"Idle for {Class.CollectionAge}."));
    }

    public void FindExpired(long now, ref List<GrainCall>? expired)
    {
        lock (_gate)
        {
            _waiting.FindExpired(now, ref expired);
            _running.FindExpired(now, ref expired);
        }
    }

    public object? GetTarget() => GrainInstance;

    public object? GetComponent(Type componentType) =>
        componentType.IsInstanceOfType(GrainInstance) ? GrainInstance
        : componentType.IsInstanceOfType(this) ? this
        : ActivationServices.GetService(componentType);

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public override string ToString() => $"[Activation {GrainId}{ActivationId} {State}]";

    private void AddWaiting(GrainCall call)
    {
        _waiting.Add(call);
        if (call.IsAlwaysInterleave || call.IsReadOnly)
            _waitingInterleavers++;
    }

    private bool MayStart(GrainCall call) => State switch
    {
        ActivationState.Valid => _running.Count == 0 || call.IsAlwaysInterleave || _blocking is null || Class.IsReentrant
            || (_blocking.IsReadOnly && call.IsReadOnly),
        ActivationState.Deactivating => call.IsLocal && _running.Count == 0 && !_life.IsEnding,
        _ => false,
    };

    private GrainCall? TakeStartable()
    {
        // Behind a blocking request only interleaving ones can start: don't walk a long queue when it has none.
        if (_blocking is not null && !Class.IsReentrant && _waitingInterleavers == 0)
            return null;
        for (GrainCall? call = _waiting.First, next; call is not null; call = next)
        {
            next = call.Next;
            var settled = call.IsSettled;
            if (!settled && !MayStart(call))
                continue;
            _waiting.Remove(call);
            if (call.IsAlwaysInterleave || call.IsReadOnly)
                _waitingInterleavers--;
            if (settled)
                continue; // Its caller has given up: the grain never sees it, as Orleans drops expired messages.
            _running.Add(call);
            if (!call.IsAlwaysInterleave)
                _blocking ??= call;
            return call;
        }
        return null;
    }

    private void Pump()
    {
        var clean = ExecutionContext.Capture()!;
        for (var started = 0; started < CallsPerTurn; started++)
        {
            GrainCall? call;
            var ends = false;
            lock (_gate)
            {
                call = TakeStartable();
                if (call is null)
                {
                    _pumping = false;
                    ends = State == ActivationState.Deactivating && _running.Count == 0 && _life.TryBeginEnd();
                    if (!ends)
                        return;
                }
            }
            if (ends)
            {
                _ = _life.End();
                return;
            }
            Runtime.RequestContext.Import(call!.RequestContext);
            Start(call);
            ExecutionContext.Restore(clean);
        }
        _turns.Run(PumpTurn, this);
    }

    private void Start(GrainCall call)
    {
        var instance = GrainInstance!;
        call.Start(this, instance);
        var filters = _runtime.IncomingFilters;
        if (filters.Length == 0 && instance is not IIncomingGrainCallFilter)
            call.Run();
        else
            _ = new IncomingCall(call, this, instance, filters).Run();
    }

    private sealed record BeginTurn(Activation Activation, Dictionary<string, object>? RequestContext)
    {
        public Task Run()
        {
            Runtime.RequestContext.Import(RequestContext);
            return Activation._life.Begin();
        }
    }
}

/// <summary>Where an activation stands; only ever goes up.</summary>
internal enum ActivationState
{
    Creating,
    Activating,
    Valid,
    Deactivating,
    Invalid,
}
