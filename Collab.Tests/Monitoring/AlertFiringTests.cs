using System.Net.Http.Json;
using Collab.Tests.Crash;
using Collab.Tests.EndToEnd;
using Collab.Tests.Postgres;
using Collab.Tests.Web;
using Npgsql;

namespace Collab.Tests.Monitoring;

/// <summary>
/// The shipped rules in a real Prometheus, with every duration a twentieth (five minutes are fifteen seconds) and not one expression changed otherwise: two real hosts on one real PostgreSQL, through whose real
/// troubles alerts fire and reach a real Alertmanager. What takes hours is in the unit tests of <c>deploy/prometheus/tests</c>.
/// </summary>
public sealed class AlertFiringTests : IAsyncLifetime
{
    private const int Quickening = 20;
    private const int ConnectionsLimit = 8;
    private const int Seed = 20261121;

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(20) };
    private readonly HostProcess _exporter = new();
    private readonly List<HubClient> _clients = [];
    private readonly CancellationTokenSource _over = new();
    private PostgresServer _postgres = null!;
    private AlertmanagerServer _alertmanager = null!;
    private PrometheusServer _prometheus = null!;
    private ServerProcess _first = null!;
    private ServerProcess _second = null!;

    public async Task InitializeAsync()
    {
        _postgres = await PostgresServer.StartNewAsync();
        string[] settings = ["Collab:Log:Provider=postgresql", $"Collab:Log:ConnectionString={_postgres.ConnectionString()}"];
        _first = await ServerProcess.StartAsync([.. settings, $"Collab:Limits:Connections={ConnectionsLimit}"]);
        _second = await ServerProcess.StartAsync(settings);
        var database = new NpgsqlConnectionStringBuilder(_postgres.ConnectionString());
        var exporter = new Uri($"http://127.0.0.1:{OwnPort.Take()}/");
        _exporter.Launch(
            [MonitoringPrograms.PostgresExporter, $"--web.listen-address={exporter.Authority}", "--log.level=error"],
            new Dictionary<string, string> { ["DATA_SOURCE_NAME"] = $"postgresql://{database.Username}:{database.Password}@127.0.0.1:{database.Port}/postgres?sslmode=disable" });
        _alertmanager = await AlertmanagerServer.StartAsync();
        _prometheus = await ShippedMonitoring.StartAsync(
            Quickening, TimeSpan.FromSeconds(1), ("collab-web", _first.Url), ("collab-web", _second.Url), ("postgres", exporter), ("alertmanager", _alertmanager.Url));
        await _prometheus.WhenScrapedAsync();
    }

    public async Task DisposeAsync()
    {
        await _over.CancelAsync();
        foreach (var client in _clients)
            await client.DisposeAsync();
        await _prometheus.DisposeAsync();
        await _alertmanager.DisposeAsync();
        await _exporter.DisposeAsync();
        await _second.DisposeAsync();
        await _first.DisposeAsync();
        await _postgres.DisposeAsync();
        _http.Dispose();
        _over.Dispose();
    }

    [Fact]
    public async Task Real_trouble_fires_the_alerts_that_are_meant_for_it()
    {
        // Two hosts that know nothing of each other take each document from the other, again and again: eight people type through both.
        await using var writers = await Writers.JoinAsync(new WritersPlan([_first.Url, _second.Url], [_first.Url], Clients: 8, Documents: 4), new Random(Seed));
        writers.Start();
        // Everybody inserts at the same place of an empty document, and has seen nothing of the others.
        await CreateAsync("shared");
        var typing = TypeAsync();

        // As many connections as a host takes, the four of the people included, and more who would like one.
        for (int i = 0; i < ConnectionsLimit - 4; i++)
            _clients.Add(await HubClient.ConnectAsync(Hub, null, null));
        var knocking = KnockAsync();

        // A replica that has another content than the document.
        await CreateAsync("diverged");
        await _clients[0].JoinAsync("diverged");
        await _prometheus.WhenAsync("collab_content_checks_total{result=\"mismatch\"} == 0");
        await _clients[0].SendAsync("check", new { document = "diverged", revision = 0, hash = 1 });
        await FiresAsync("CollabContentMismatch");

        await FiresAsync("CollabConnectionHeadroomLow");
        await FiresAsync("CollabConnectionFailures");
        await FiresAsync("CollabLimitReached");
        await FiresAsync("CollabFencedAppends");
        await FiresAsync("CollabConflictRatioHigh");

        await _postgres.StopAsync(PostgresStop.Immediate);
        await FiresAsync("CollabPostgresDown");
        await FiresAsync("CollabBreakerOpen");
        await FiresAsync("CollabHighErrorRatio");
        await FiresAsync("CollabAvailabilityBudgetBurn");

        await _second.KillAsync();
        Assert.Equal(_second.Url.Authority, (await FiresAsync("CollabServiceDown")).Labels["instance"]);
        // Somebody is woken by what is at the bottom of it, and not by what follows.
        await Eventually.IsTrue(
            async () => await _alertmanager.AlertsAsync() is var alerts && alerts.Contains(("CollabPostgresDown", "night", "active")) && alerts.Contains(("CollabServiceDown", "night", "active"))
                && alerts.Contains(("CollabBreakerOpen", "night", "suppressed")),
            "Alertmanager wakes somebody for PostgreSQL and the host, and holds the breaker back");

        await _over.CancelAsync();
        await Task.WhenAll(typing, knocking);
    }

    private Uri Hub => new(_first.Url, "collab");

    private async Task<PrometheusAlert> FiresAsync(string name)
    {
        var alert = (await _prometheus.WhenFiringAsync(name))[0];
        Assert.All(alert.Annotations, annotation => Assert.False(annotation.Value.Contains("<no value>", StringComparison.Ordinal) || annotation.Value.Contains("error expanding", StringComparison.Ordinal), annotation.Value));
        return alert;
    }

    private async Task CreateAsync(string document)
    {
        using var answer = await _http.PostAsJsonAsync(new Uri(_first.Url, "api/documents"), new { id = document, kind = "text" });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private Task TypeAsync() => AgainAsync(async i =>
    {
        using var answer = await _http.PostAsJsonAsync(
            new Uri(_first.Url, "api/documents/shared/operations"), new { session = $"api-{i}", sequence = 1, @base = 0, delta = new[] { "x" } }, _over.Token);
    });

    private Task KnockAsync() => AgainAsync(async _ => await (await HubClient.ConnectAsync(Hub, null, null)).DisposeAsync());

    /// <summary>Five times a second, whatever becomes of it: until the test is over.</summary>
    private async Task AgainAsync(Func<int, Task> attempt)
    {
        for (int i = 0; !_over.IsCancellationRequested; i++)
        {
            try
            {
                await attempt(i);
            }
            catch (Exception)
            {
                // Refused, nobody there, or over: that is what the alerts are about.
            }

            await Task.Delay(200, CancellationToken.None);
        }
    }
}
