namespace Orleans.Configuration;

/// <summary>When idle activations are ended.</summary>
public class GrainCollectionOptions
{
    /// <summary>Idle time after which an activation ends. Default: 15 minutes. More than the quantum.</summary>
    public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>The same per grain class, by its full name.</summary>
    public Dictionary<string, TimeSpan> ClassSpecificCollectionAge { get; set; } = [];

    /// <summary>How often is looked for idle activations. Default: 1 minute.</summary>
    public TimeSpan CollectionQuantum { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long <c>OnActivateAsync</c> may take. Default: 30 s; then its token is cancelled and the callers fail.</summary>
    public TimeSpan ActivationTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long <c>OnDeactivateAsync</c> may take. Default: 30 s; then its token is cancelled and the activation is dropped.</summary>
    public TimeSpan DeactivationTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
