namespace Collab.Grains.Filters;

/// <summary>Registers the measurement of grain calls.</summary>
public static class GrainCallFilters
{
    /// <summary>Measures calls where grains run, and those that this silo makes itself: its grains, and the host in its process.</summary>
    public static ISiloBuilder AddGrainCallMetrics(this ISiloBuilder silo) => silo.AddIncomingGrainCallFilter<GrainCallMetrics>().AddOutgoingGrainCallFilter<GrainClientMetrics>();

    /// <summary>Measures the calls that this client of the cluster makes. Those that it gets, as an observer, count where they are made.</summary>
    public static IClientBuilder AddGrainCallMetrics(this IClientBuilder client) => client.AddOutgoingGrainCallFilter<GrainClientMetrics>();
}
