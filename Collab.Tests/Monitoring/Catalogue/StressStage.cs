using Collab.Tests.Stress;

namespace Collab.Tests.Monitoring.Catalogue;

/// <summary>The load tool as a process, whose metrics are those of its own <c>/metrics</c>, and the server that it loads.</summary>
internal sealed class StressStage : Stage
{
    private readonly StressProcess _stress;

    private StressStage(StressProcess stress, Uri target)
        : base("stress", target, stress.Metrics) => _stress = stress;

    /// <summary>Three people type for a while; the result stays to be scraped.</summary>
    public static StressStage Start(Uri target) =>
        new(StressProcess.Start(target, "--duration", "45s", "--linger", "1h", "--documents", "1", "--clients", "3"), target);

    // It may not listen yet.
    public override async Task<MetricsPage> ScrapeAsync()
    {
        MetricsPage? page = null;
        await Eventually.IsTrue(
            async () =>
            {
                Assert.True(_stress.IsRunning, $"The load tool ended by itself:\n{_stress.Output}");
                try
                {
                    page = await base.ScrapeAsync();
                    return true;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "the load tool shows its metrics");
        return page!;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _stress.DisposeAsync();
    }
}
