namespace Collab.Silo.Instruments;

/// <summary>What is measured; section <c>Collab:Metrics</c>. Read once, when a host is composed.</summary>
public sealed class MetricsOptions
{
    public const string Section = "Collab:Metrics";

    /// <summary>
    /// Whether what stands around calls measures them: HTTP requests, messages, grain calls on both sides; and whether the runtime and the engine are asked how they are. Default <c>true</c>. <c>/metrics</c> stays without them, with what the product
    /// counts by itself; most alerts and dashboards need them. It is there to see what they cost: <c>./collab bench observability</c>.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <exception cref="InvalidOperationException">The setting is neither true nor false.</exception>
    internal static bool AreOn(IConfiguration configuration) => configuration.GetValue($"{Section}:{nameof(Enabled)}", true);
}
