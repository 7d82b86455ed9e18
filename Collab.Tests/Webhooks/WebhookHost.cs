using System.Net.Http.Json;
using System.Text.Json;
using Collab.Contracts.Activity;
using Collab.Contracts.Webhooks;
using Collab.Grains.Activity;
using Collab.Grains.Webhooks;
using Collab.Tests.Activity;
using Collab.Tests.Web;
using Microsoft.Extensions.DependencyInjection;

namespace Collab.Tests.Webhooks;

/// <summary>The real application with endpoints that deliver to receivers of the test. Endpoints have names that no other test uses: so are their metrics.</summary>
internal sealed class WebhookHost : IAsyncDisposable
{
    private readonly WebHost _host;

    private WebhookHost(WebHost host) => _host = host;

    public IActivityLog Log => _host.Services.GetRequiredService<IActivityLog>();

    public HttpClient Http => _host.Http;

    /// <param name="settings">Below <c>Collab</c>: <c>Webhooks:billing:BatchLimit</c>.</param>
    public static async Task<WebhookHost> StartAsync(IEnumerable<(string Name, Receiver Receiver)> endpoints, params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>
        {
            // Patience of the tests: the order of things is the product's, their times are not.
            ["Collab:Resilience:webhook:RetryDelay"] = "00:00:00.010",
            ["Collab:Resilience:webhook:RetryDelayLimit"] = "00:00:00.050",
            ["Collab:Resilience:webhook:BreakDuration"] = "00:00:00.500",
            // A busy machine is no receiver that hangs: deliveries are counted.
            ["Collab:Resilience:webhook:AttemptTimeout"] = "00:02:00",
            ["Collab:Resilience:webhook:TotalTimeout"] = "00:10:00",
        };
        foreach (var (name, receiver) in endpoints)
        {
            all[$"Collab:Webhooks:{name}:Url"] = receiver.Url;
            all[$"Collab:Webhooks:{name}:Secret"] = Receiver.Secret;
            all[$"Collab:Webhooks:{name}:RetryPauseLimit"] = "00:00:00.050";
        }

        foreach (var (key, value) in settings)
            all[$"Collab:{key}"] = value;
        var host = new WebHost(all);
        await host.StartAsync();
        var started = new WebhookHost(host);
        foreach (var (name, _) in endpoints)
            await started.IsLoadedAsync(name);
        return started;
    }

    public IWebhookGrain Endpoint(string name) => _host.Services.GetRequiredService<IGrainFactory>().GetGrain<IWebhookGrain>(name);

    /// <summary>Appends events and wakes the endpoint, as the relay does.</summary>
    public async Task<ActivityEvent[]> HappenAsync(string endpoint, params ActivityEvent[] events)
    {
        var positions = await Log.AppendAsync(events);
        await Endpoint(endpoint).Wake();
        return [.. events.Zip(positions, (happened, position) => happened with { Position = position })];
    }

    public Task<ActivityEvent[]> HappenAsync(string endpoint, int count) => HappenAsync(endpoint, [.. Enumerable.Range(0, count).Select(_ => Happenings.Event("d"))]);

    /// <summary>What each silo does once a minute.</summary>
    public Task LookAsync() => _host.Services.GetRequiredService<WebhookWatch>().WakeAllAsync();

    public async Task<WebhookStatus> StatusAsync(string endpoint) => (await Endpoint(endpoint).Describe())!;

    public Task IdleAsync(string endpoint) => Eventually.IsTrue(
        async () => await StatusAsync(endpoint) is { Lag: 0, State: "idle" } && (await Log.ReadCursorAsync($"webhook:{endpoint}", default))?.Position == await Log.ReadHeadAsync(default),
        $"{endpoint} has caught up");

    public Task<double> MetricAsync(string series) => _host.MetricAsync(series);

    public async Task<JsonElement> GetAsync(string path) => await _host.Http.GetFromJsonAsync<JsonElement>(path);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await _host.DisposeAsync();
    }

    // New endpoints begin with what comes after their first start.
    private Task IsLoadedAsync(string endpoint) =>
        Eventually.IsTrue(async () => await Log.ReadCursorAsync($"webhook:{endpoint}", default) is not null, $"{endpoint} has its place in the log");
}
