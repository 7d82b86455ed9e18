using System.Net.Http.Json;
using Collab.Client;
using Collab.Tests.EndToEnd;
using Collab.Tests.Postgres;
using Collab.Tests.Stress;

namespace Collab.Tests.Monitoring;

/// <summary>
/// All that is monitored, as processes: a web host with its log in PostgreSQL, a silo beside it, postgres_exporter, the load tool, and a real Prometheus with the shipped rules and configuration that scrapes them and itself.
/// People edit, come, go and are turned down for as long as it is there.
/// </summary>
public sealed class MonitoredSystem : IAsyncLifetime
{
    // Often enough that windows of seconds hold two, seldom enough for a machine that has much else to do.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _over = new();
    private readonly List<IAsyncDisposable> _parts = [];
    private PostgresServer _postgres = null!;
    private string _database = "";
    private Task _people = Task.CompletedTask;

    internal PrometheusServer Prometheus { get; private set; } = null!;

    /// <summary>What the load tool has said so far: where it has given up, panels lack its data.</summary>
    internal string Load => string.Join('\n', _parts.OfType<StressProcess>().Select(stress => stress.Output));

    public async Task InitializeAsync()
    {
        _postgres = await PostgresServer.Shared;
        _database = await _postgres.CreateDatabaseAsync();
        var web = Kept(new ServerProcess([.. ServerProcess.WithoutRates, "Collab:Log:Provider=postgresql", $"Collab:Log:ConnectionString={_postgres.ConnectionString(_database)}"]));
        var silo = Kept(new ServerProcess(ServerProgram.Silo, "Collab:Cluster:Mode=embedded"));
        await Task.WhenAll(web.StartAgainAsync(), silo.StartAgainAsync());
        // One that ends, and is there with its result; and one that goes on.
        var ended = Kept(StressProcess.Start(web.Url, "typing", "--duration", "5s", "--clients", "4", "--linger", "1h"));
        var running = Kept(StressProcess.Start(web.Url, "conflict-heavy", "--duration", "1h", "--clients", "6", "--think-time", "250ms"));
        var exporter = Kept(ExporterProcess.Start(_postgres, _database));
        Prometheus = Kept(await ShippedMonitoring.StartAsync(
            1, Interval, ("collab-web", web.Url), ("collab-silo", silo.Url), ("collab-stress", ended.Metrics), ("collab-stress", running.Metrics), ("postgres", exporter.Url)));
        Prometheus.Write(ShippedMonitoring.Targets("prometheus", Prometheus.Url).Path, ShippedMonitoring.Targets("prometheus", Prometheus.Url).Text);
        _people = Task.Run(() => LiveAsync(web.Url));
        // Each at some time: on a busy machine one or the other misses a scrape now and then.
        await Prometheus.WhenAsync("max_over_time(up[10m])", samples => Ended(ended) || Ended(running) || (samples.Count == 6 && samples.All(sample => sample.Value == 1)));
        // Of a load that gave up, its own words are worth more than panels without data.
        await Prometheus.WhenAsync("count by (scenario) (collab_stress_operations_total{status=\"acknowledged\"} > 0)", samples => Ended(ended) || Ended(running) || samples.Count == 2);
        Assert.False(Ended(ended), ended.Output);
        Assert.False(Ended(running), running.Output);

        static bool Ended(StressProcess stress) => !stress.IsRunning;
    }

    public async Task DisposeAsync()
    {
        await _over.CancelAsync();
        try
        {
            await _people;
        }
        finally
        {
            foreach (var part in Enumerable.Reverse(_parts))
                await part.DisposeAsync();
            await _postgres.DropDatabaseAsync(_database);
        }
    }

    /// <summary>What people and programs do besides editing with the load tool.</summary>
    private async Task LiveAsync(Uri server)
    {
        using var http = new HttpClient { BaseAddress = server };
        for (int visit = 0; !_over.IsCancellationRequested; visit++)
        {
            try
            {
                await VisitAsync(server, http, visit);
            }
            catch (Exception refused) when (refused is CollabException or HttpRequestException or TaskCanceledException)
            {
                // A busy machine: the next visitor has better luck.
            }

            await Task.Delay(200, _over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task VisitAsync(Uri server, HttpClient http, int visit)
    {
        await using var client = new CollabClient(server, new CollabClientOptions { Name = "Visitor" });
        string id = $"visited-{visit}";
        await client.CreateAsync(id, visit % 2 == 0 ? "text" : "richtext");
        var document = await client.OpenAsync(id);
        await document.ReplaceAsync(0, 0, "Hello, world.");
        document.ShowPresence(new(0, 5));
        foreach (string path in (string[])["api/documents", $"api/documents/{id}", $"api/documents/{id}/content", $"api/documents/{id}/operations?from=0", $"api/documents/{id}/sessions", "api/documents/nowhere"])
            using (await http.GetAsync(new Uri(path, UriKind.Relative)))
            {
            }

        using (await http.PostAsJsonAsync(new Uri($"api/documents/{id}/operations", UriKind.Relative), new { session = "api-x", sequence = 1, @base = 99, delta = Array.Empty<object>() }))
        {
        }
    }

    private T Kept<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Add(part);
        return part;
    }
}
