using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text.RegularExpressions;
using Collab.Silo;
using Collab.Silo.Instruments;
using Collab.Tests.Operations;

namespace Collab.Tests.Observability;

/// <summary>Of what the engine measures itself a closed list is shown, under Prometheus' names and types.</summary>
public sealed partial class EngineMetersTests
{
    [Fact]
    public void The_document_lists_exactly_what_is_shown()
    {
        string document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "metrics.md"));
        var listed = Row().Matches(document).Select(row => row.Groups["name"].Value);

        Assert.Equal(EngineMeters.All.Select(metric => metric.Name).Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_all_meters_of_a_name_measure_is_shown_as_one()
    {
        var (host, _) = await MeasuredHost.StartAsync((_, _) => { });
        await using var _1 = host;
        const string Turns = "orleans_scheduler_long_running_turns_total";
        const string Activations = "orleans_catalog_activations";
        using var one = new Meter("Microsoft.Orleans");
        using var other = new Meter("Microsoft.Orleans");
        var before = await host.ScrapeAsync();

        one.CreateCounter<int>("orleans-scheduler-long-running-turns").Add(2);
        other.CreateCounter<int>("orleans-scheduler-long-running-turns").Add(3, new KeyValuePair<string, object?>("silo", "S1"));
        one.CreateObservableGauge("orleans-catalog-activations", () => 1_000_000);
        other.CreateObservableGauge("orleans-catalog-activations", () => new Measurement<int>(2_000_000, new KeyValuePair<string, object?>("silo", "S2")));
        one.CreateCounter<int>("orleans-something-else").Add(1);

        var after = await host.ScrapeAsync();
        Assert.True(after[Turns] >= before[Turns] + 5);
        Assert.InRange(after[Activations], 3_000_000, 3_999_999);
        // Observed each time, not added to what was there.
        Assert.InRange((await host.ScrapeAsync())[Activations], 3_000_000, 3_999_999);
    }

    [Fact]
    public async Task What_NET_measures_is_shown_as_counters_that_grow()
    {
        var (host, _) = await MeasuredHost.StartAsync((_, _) => { });
        await using var _1 = host;
        string[] growing = ["dotnet_exceptions_total", "dotnet_gc_heap_total_allocated_bytes_total", "dotnet_thread_pool_work_items_total"];
        var before = await host.ScrapeAsync();
        Assert.True(before["kestrel_active_connections"] > 0);

        try
        {
            throw new NotSupportedException();
        }
        catch (NotSupportedException)
        {
            await Task.Run(() => GC.KeepAlive(new byte[100_000]));
        }

        await Eventually.IsTrue(async () => await host.ScrapeAsync() is var after && growing.All(name => after[name] > before[name]));
    }

    [Fact]
    public void What_is_shown_of_Orleans_is_there()
    {
        // Its names are constants of a class that is nobody else's business; the stand-in measures nothing.
        if (Engine.IsStandIn)
            return;
        var names = Assembly.Load("Orleans.Core").GetType("Orleans.Runtime.InstrumentNames", throwOnError: true)!.GetFields().Select(field => field.GetRawConstantValue() as string).ToHashSet();

        Assert.All(EngineMeters.All.Where(metric => metric.Meter == "Microsoft.Orleans"), metric => Assert.Contains(metric.Instrument, names));
    }

    [GeneratedRegex(@"^\| `(?<name>(?:orleans|dotnet|kestrel)_\w+)` \| (?:counter|gauge) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
