using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Orleans.Engine;

/// <summary>The two ends of an activation: scope, instance and <c>OnActivateAsync</c>; timers, <c>OnDeactivateAsync</c> and disposal.</summary>
#pragma warning disable CA1001 // Begin disposes the token source, End the scope: both run exactly once in a life.
internal sealed class ActivationLife(Activation activation, SiloRuntime runtime)
{
    private readonly TaskCompletionSource _deactivated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<GrainTimer> _timers = [];
    private AsyncServiceScope? _scope;
    private CancellationTokenSource? _activating;
    private DeactivationReason _reason;
    private CancellationToken _endToken;
    private bool _wasValid;
    private bool _begun;
    private bool _ending;

    public object? Instance { get; private set; }

    public IServiceProvider Services =>
        _scope?.ServiceProvider ?? throw new InvalidOperationException($"Grain {activation.GrainId} has no services before its life begins.");

    public Task Deactivated => _deactivated.Task;

    /// <summary>Whether <see cref="End"/> has begun: from then on not even a timer's tick runs.</summary>
    public bool IsEnding => _ending;

    /// <summary>Creates and activates the grain, on its own turn.</summary>
    public async Task Begin()
    {
        // Here and not in the constructor: an activation that lost the race to the directory never begins.
        var scope = runtime.Services.CreateAsyncScope();
        _scope = scope;
        var activating = new CancellationTokenSource(runtime.Collection.ActivationTimeout);
        Volatile.Write(ref _activating, activating);
        try
        {
            Instance = activation.Class.Create(scope.ServiceProvider);
            activation.Advance(ActivationState.Activating);
            if (Instance is IGrainBase grain)
                await grain.OnActivateAsync(activating.Token).WaitAsync(activating.Token);
        }
        catch (OperationCanceledException exception) when (activating.IsCancellationRequested)
        {
            activation.Deactivate(new(DeactivationReasonCode.RuntimeRequested, exception, "The activation was cancelled."));
        }
        catch (Exception exception)
        {
            runtime.Log.ActivationFailed(exception, activation.GrainId);
            activation.Deactivate(new(DeactivationReasonCode.ActivationFailed, exception, "The grain failed to activate."));
        }
        _begun = true;
        activation.Advance(ActivationState.Valid);
        activating.Dispose(); // Advance has passed the lock under which PrepareEnd still could cancel it.
    }

    /// <summary>Under the activation's lock, once.</summary>
    public void PrepareEnd(DeactivationReason reason, bool wasValid, CancellationToken cancellationToken)
    {
        _reason = reason;
        _wasValid = wasValid;
        _endToken = cancellationToken;
        if (!_begun)
            Volatile.Read(ref _activating)?.CancelAfter(TimeSpan.Zero); // Not Cancel: callbacks must not run under the lock.
    }

    /// <summary>Under the activation's lock: whether <see cref="End"/> is to be called now.</summary>
    public bool TryBeginEnd()
    {
        if (_ending || !_begun)
            return false;
        return _ending = true;
    }

    public async Task End()
    {
        foreach (var timer in Timers())
            timer.Dispose();

        using (var limit = CancellationTokenSource.CreateLinkedTokenSource(_endToken))
        {
            limit.CancelAfter(runtime.Collection.DeactivationTimeout);
            try
            {
                if (_wasValid && Instance is IGrainBase grain)
                    await grain.OnDeactivateAsync(_reason, limit.Token).WaitAsync(limit.Token);
            }
            catch (Exception exception)
            {
                runtime.Log.DeactivationFailed(exception, activation.GrainId);
            }
        }

        try
        {
            if (Instance is IAsyncDisposable asyncDisposable)
                await asyncDisposable.DisposeAsync();
            else if (Instance is IDisposable disposable)
                disposable.Dispose();
            if (_scope is { } scope)
                await scope.DisposeAsync();
        }
        catch (Exception exception)
        {
            runtime.Log.DeactivationFailed(exception, activation.GrainId);
        }

        activation.Retire(_reason);
        _deactivated.TrySetResult();
    }

    public GrainTimer AddTimer(GrainTimer timer, GrainTimerCreationOptions options)
    {
        lock (_timers)
        {
            ObjectDisposedException.ThrowIf(_ending, activation);
            _timers.Add(timer);
        }
        timer.Change(options.DueTime, options.Period);
        return timer;
    }

    public void RemoveTimer(GrainTimer timer)
    {
        lock (_timers)
            _timers.Remove(timer);
    }

    private GrainTimer[] Timers()
    {
        lock (_timers)
            return [.. _timers];
    }
}
