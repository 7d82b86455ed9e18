using Orleans.Runtime;

namespace Orleans.Engine;

/// <summary>One observed object: its calls run one at a time, in the order of arrival, on pool threads and outside of any turn.</summary>
internal sealed class Observer(SiloRuntime runtime, GrainId id, IGrainObserver instance) : IGrainContext, ICallOwner, IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly WeakReference<IGrainObserver> _instance = new(instance);
    private CallList _waiting;
    private CallList _running;
    private bool _pumping;
    private bool _busy;

    public GrainId GrainId => id;

    public GrainReference GrainReference => runtime.References.CreateUntyped(id);

    public object? GrainInstance => _instance.TryGetTarget(out var target) ? target : null;

    public ActivationId ActivationId => default;

    public IServiceProvider ActivationServices => runtime.Services;

    public Task Deactivated => Task.CompletedTask;

    /// <summary>Queues a call. False when the object has been collected.</summary>
    public bool TryReceive(GrainCall call)
    {
        if (!_instance.TryGetTarget(out var target))
            return false;
        lock (_gate)
        {
            if (call.IsAlwaysInterleave)
            {
                _running.Add(call);
            }
            else
            {
                _waiting.Add(call);
                if (_pumping || _busy)
                    return true;
                _pumping = true;
            }
        }
        if (call.IsAlwaysInterleave)
            RunTurn(static state => ((InterleavedTurn)state!).Run(), new InterleavedTurn(this, call, target));
        else
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        return true;
    }

    public void RunTurn(Action<object?> action, object? state) => ThreadPool.UnsafeQueueUserWorkItem(action, state, preferLocal: true);

    public void OnCompleted(GrainCall call)
    {
        lock (_gate)
        {
            _running.Remove(call);
            if (!call.IsAlwaysInterleave)
                _busy = false;
            if (_pumping || _busy || _waiting.Count == 0)
                return;
            _pumping = true;
        }
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
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

    public object? GetComponent(Type componentType) => componentType.IsInstanceOfType(GrainInstance) ? GrainInstance : null;

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
    }

    void IThreadPoolWorkItem.Execute()
    {
        var clean = ExecutionContext.Capture()!;
        while (true)
        {
            GrainCall? call;
            lock (_gate)
            {
                do
                {
                    call = _busy ? null : _waiting.First;
                    if (call is null)
                    {
                        _pumping = false;
                        return;
                    }
                    _waiting.Remove(call);
                }
                while (call.IsSettled);
                _running.Add(call);
                _busy = true;
            }
            if (_instance.TryGetTarget(out var target))
            {
                Start(call, target);
                ExecutionContext.Restore(clean);
            }
            else
            {
                OnCompleted(call);
                runtime.Observers.Drop(call);
            }
        }
    }

    private void Start(GrainCall call, IGrainObserver target)
    {
        RequestContext.Import(call.RequestContext);
        call.Start(this, target);
        var filters = runtime.IncomingFilters;
        if (filters.Length == 0 && target is not IIncomingGrainCallFilter)
            call.Run();
        else
            _ = new IncomingCall(call, this, target, filters).Run();
    }

    private sealed record InterleavedTurn(Observer Observer, GrainCall Call, IGrainObserver Target)
    {
        public void Run() => Observer.Start(Call, Target);
    }
}
