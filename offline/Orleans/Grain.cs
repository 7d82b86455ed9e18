using Microsoft.Extensions.DependencyInjection;
using Orleans.Engine;
using Orleans.Runtime;

namespace Orleans;

/// <summary>The usual base of grain classes. Its members may only be used from the grain's own turns.</summary>
public abstract class Grain : IGrainBase, IAddressable
{
    protected Grain()
    {
        // The runtime constructs a grain on its own turn; outside (a unit test) there is no context.
        GrainContext = TurnContext.Current!;
    }

    public IGrainContext GrainContext { get; }

    public GrainReference GrainReference => GrainContext.GrainReference;

    public string IdentityString => GrainContext?.GrainId.ToString() ?? "";

    protected IGrainFactory GrainFactory => ServiceProvider.GetRequiredService<IGrainFactory>();

    protected IServiceProvider ServiceProvider =>
        GrainContext?.ActivationServices ?? throw new InvalidOperationException($"{GetType()} was not created by the runtime, it has no services.");

    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends this activation when the running requests are done; requests queued behind them go to a new one.</summary>
    protected void DeactivateOnIdle() => GrainBaseExtensions.DeactivateOnIdle(this);

    /// <summary>Keeps this activation from being collected for at least <paramref name="timeSpan"/>; zero or less takes that back.</summary>
    protected void DelayDeactivation(TimeSpan timeSpan) => ((Activation)GrainContext).DelayCollection(timeSpan);
}
