using Collab.Observability.Runtime;
using Collab.Tests.EndToEnd;

namespace Collab.Tests.Observability;

/// <summary>Each 10 s the runtime is asked how the process is, from the start of its host to its end.</summary>
public sealed class RuntimeSamplerTests
{
    [Fact]
    public async Task The_process_is_sampled_each_ten_seconds_until_the_host_stops()
    {
        var (host, _) = await MeasuredHost.StartAsync((_, _) => { });
        await using var _1 = host;
        var clock = new HandClock();
        using var sampler = new RuntimeSampler(clock);

        await sampler.StartAsync(CancellationToken.None);
        var started = await host.ScrapeAsync();
        foreach (string kind in (string[])["working_set", "heap", "limit"])
            Assert.True(started[$$"""collab_runtime_memory_bytes{kind="{{kind}}"}"""] > 1 << 20, kind);
        Assert.InRange(started["collab_runtime_threadpool_threads"], 1, 10_000);

        GC.Collect(0);
        GC.Collect(1);
        GC.Collect(2);
        clock.Advance(TimeSpan.FromSeconds(10));
        foreach (string generation in (string[])["0", "1", "2"])
            await Eventually.IsTrue(async () => Increase(started, await host.ScrapeAsync(), $$"""collab_runtime_gc_collections_total{generation="{{generation}}"}""") > 0, $"collections of generation {generation} count");
        // Also between two samples: each collection's pause is its own generation's.
        foreach (int generation in (int[])[0, 1, 2])
        {
            await Eventually.IsTrue(
                async () =>
                {
                    GC.Collect(generation);
                    GC.WaitForPendingFinalizers();
                    return Increase(started, await host.ScrapeAsync(), $$"""collab_runtime_gc_pause_seconds_total{generation="{{generation}}"}""") > 0;
                },
                $"pauses of generation {generation} count");
        }

        var sampled = await host.ScrapeAsync();
        // Of the clock's ten seconds; really, more may have gone by.
        Assert.InRange(sampled["collab_runtime_cpu_ratio"], 0.000001, 1000);
        Assert.True(sampled["""collab_runtime_memory_bytes{kind="committed"}"""] > 1 << 20);

        await sampler.StopAsync(CancellationToken.None);
        Assert.True(sampler.ExecuteTask!.IsCompleted);
    }

    private static double Increase(Scrape before, Scrape after, string series) => after[series] - before[series];
}
