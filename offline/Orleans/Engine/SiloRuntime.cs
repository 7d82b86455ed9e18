using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Engine;

/// <summary>The silo: routes calls, ends what has been idle or waited for too long, starts and stops with the host.</summary>
internal sealed class SiloRuntime : IDisposable
{
    private readonly TimeProvider _activationClock;
    private readonly TimeProvider _messagingClock;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Lazy<IIncomingGrainCallFilter[]> _incomingFilters;
    private readonly Lazy<IOutgoingGrainCallFilter[]> _outgoingFilters;
    private Task _housekeeping = Task.CompletedTask;
    private volatile State _state;

    public SiloRuntime(
        IServiceProvider services, SiloLog log, IOptions<SiloMessagingOptions> messaging, IOptions<GrainCollectionOptions> collection)
    {
        Services = services;
        Log = log;
        Messaging = messaging.Value;
        Collection = collection.Value;
        GrainClock = services.GetRequiredKeyedService<TimeProvider>(TimeProviderNames.Grains);
        _activationClock = services.GetRequiredKeyedService<TimeProvider>(TimeProviderNames.ActivationManagement);
        _messagingClock = services.GetRequiredKeyedService<TimeProvider>(TimeProviderNames.Messaging);

        // At the first call, not here: a filter may itself ask for the grain factory.
        _incomingFilters = new(() => [.. services.GetServices<IIncomingGrainCallFilter>()]);
        _outgoingFilters = new(() => [.. services.GetServices<IOutgoingGrainCallFilter>()]);
        Directory = new GrainDirectory(this);
        Observers = new ObserverDirectory(this);
        References = new ReferenceFactory(this);
    }

    private enum State
    {
        Created,
        Running,
        Stopping,
        Stopped,
    }

    /// <summary>Who calls when no grain does: this process's own client.</summary>
    public GrainId ClientId { get; } = GrainId.Create("sys.client", $"hosted-{Guid.NewGuid():N}");

    public IServiceProvider Services { get; }

    public SiloLog Log { get; }

    public SiloMessagingOptions Messaging { get; }

    public GrainCollectionOptions Collection { get; }

    public TimeProvider GrainClock { get; }

    public GrainDirectory Directory { get; }

    public ObserverDirectory Observers { get; }

    public ReferenceFactory References { get; }

    public IIncomingGrainCallFilter[] IncomingFilters => _incomingFilters.Value;

    public IOutgoingGrainCallFilter[] OutgoingFilters => _outgoingFilters.Value;

    public SiloStatus Status => _state switch
    {
        State.Created => SiloStatus.Created,
        State.Running => SiloStatus.Active,
        State.Stopping => SiloStatus.ShuttingDown,
        _ => SiloStatus.Dead,
    };

    public bool IsStopping => _state >= State.Stopping;

    public static SiloUnavailableException Stopped(GrainCall call) =>
        new($"The local Orleans host is shutting down and can no longer process the request: {call}.");

    public void Send(ReferenceCall call)
    {
        call.Deadline = Environment.TickCount64 + (long)(call.Method.ResponseTimeout ?? Messaging.ResponseTimeout).TotalMilliseconds;
        if (_state is State.Created or State.Stopped)
        {
            call.Fail(_state == State.Stopped
                ? Stopped(call)
                : new InvalidOperationException($"{call} was sent before the silo started; register what sends it after UseOrleans."));
            return;
        }
        var reference = call.Reference;
        if (reference.GrainId.Type == ClientId.Type)
        {
            Observers.Send(call);
            return;
        }
        var activation = reference.LastActivation;
        var isReceived = false;
        while (activation is null || !(isReceived || activation.TryReceive(call)))
        {
            activation = Directory.GetOrCreate(reference.GrainId, call, out isReceived);
            if (activation is null)
            {
                call.Fail(Stopped(call));
                return;
            }
        }
        reference.LastActivation = activation;
    }

    /// <summary>For what goes into the silo other than by a call.</summary>
    /// <exception cref="InvalidOperationException">The silo has not started.</exception>
    /// <exception cref="SiloUnavailableException">It has stopped.</exception>
    public void ThrowUnlessRunning()
    {
        if (_state == State.Created)
            throw new InvalidOperationException("The silo has not started; register what publishes after UseOrleans.");
        if (_state == State.Stopped)
            throw new SiloUnavailableException("The local Orleans host is shutting down and can no longer process requests.");
    }

    /// <exception cref="OrleansConfigurationException">The collection options contradict each other.</exception>
    public void Start()
    {
        if (Collection.CollectionQuantum <= TimeSpan.Zero || Collection.CollectionAge <= Collection.CollectionQuantum)
        {
            throw new OrleansConfigurationException(
                $"GrainCollectionOptions.CollectionAge is {Collection.CollectionAge}; it must be more than CollectionQuantum, " +
                $"which is {Collection.CollectionQuantum} and must be more than zero.");
        }
        _state = State.Running;
        var sweep = TimeSpan.FromSeconds(1) < Messaging.ResponseTimeout ? TimeSpan.FromSeconds(1) : Messaging.ResponseTimeout;
        _housekeeping = NoFlow.Run(
            static state => Task.WhenAll(
                Every(state.sweep, state.self._messagingClock, state.self.FailExpired, state.self),
                Every(state.self.Collection.CollectionQuantum, state.self._activationClock, state.self.CollectIdle, state.self)),
            (self: this, sweep));
        Log.Started();
    }

    /// <summary>Ends all activations, then refuses everything. What has not ended when <paramref name="cancellationToken"/> fires is left behind.</summary>
    public async Task Stop(CancellationToken cancellationToken)
    {
        if (_state != State.Running)
            return;
        _state = State.Stopping;
        var reason = new DeactivationReason(DeactivationReasonCode.ShuttingDown, "This process is terminating.");
        try
        {
            // Again until none is left: one may have been created while the first were already ending.
            while (!Directory.IsEmpty)
            {
                var ended = Directory.Activations.Select(entry => entry.Value).ToArray();
                foreach (var activation in ended)
                    activation.Deactivate(reason, cancellationToken);
                await Task.WhenAll(ended.Select(activation => activation.Deactivated)).WaitAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The host's patience is over; Log.Stopped says how many were left.
        }
        _state = State.Stopped;
        await _stopped.CancelAsync();
        await _housekeeping;
        foreach (var call in Expired(long.MaxValue))
            call.Fail(Stopped(call));
        Log.Stopped(Directory.Activations.Count());
    }

    public void Dispose() => _stopped.Dispose();

    private static async Task Every(TimeSpan period, TimeProvider clock, Action work, SiloRuntime self)
    {
        using var timer = new PeriodicTimer(period, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(self._stopped.Token))
            {
                try
                {
                    work();
                }
                catch (Exception exception)
                {
                    self.Log.HousekeepingFailed(exception);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private void CollectIdle()
    {
        var now = Environment.TickCount64;
        foreach (var (_, activation) in Directory.Activations)
            activation.CollectIfIdle(now);
    }

    private void FailExpired()
    {
        foreach (var call in Expired(Environment.TickCount64))
        {
            var timeout = call.Method.ResponseTimeout ?? Messaging.ResponseTimeout;
            Log.TimedOut(timeout, call);
            call.Fail(new TimeoutException($"Response did not arrive on time in {timeout} for message: {call}."));
        }
    }

    private List<GrainCall> Expired(long now)
    {
        List<GrainCall>? expired = null;
        foreach (var (_, activation) in Directory.Activations)
            activation.FindExpired(now, ref expired);
        Observers.FindExpired(now, ref expired);
        return expired ?? [];
    }
}
