using Collab.Stress;
using Collab.Stress.Connections;
using Collab.Stress.Reporting;
using Collab.Stress.Server;
using Collab.Tests.EndToEnd;

namespace Collab.Tests.Stress;

/// <summary>The load tool's connections that do nothing.</summary>
public sealed class ConnectionTests(CollaborationTests.Server server) : IClassFixture<CollaborationTests.Server>
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Clients_connect_hold_close_and_connect_again()
    {
        var recorder = await RunAsync(server.Url, clients: 3, recorder => recorder.SucceededCount >= 9);
        Assert.Equal(["connected"], recorder.Statuses.Keys);
        Assert.Empty(recorder.Errors);
        Assert.Equal(recorder.SucceededCount, recorder.Latency.Count);
        Assert.Equal(0, recorder.Clients);
        Assert.True(recorder.BytesReceived > 0);
    }

    [Fact]
    public async Task A_connection_over_the_server_s_limit_is_told_with_the_status_of_its_upgrade()
    {
        await using var narrow = await EndToEnd.ServerProcess.StartAsync("Collab:Limits:Connections=1");
        var recorder = await RunAsync(narrow.Url, clients: 3, recorder => recorder.Errors.Count > 0 && recorder.SucceededCount > 0);
        Assert.Equal(["http_429"], recorder.Errors.Keys);
    }

    [Fact]
    public async Task A_connection_that_the_server_ends_is_told_by_the_reason_that_it_gives()
    {
        await using var closed = await EndToEnd.ServerProcess.StartAsync("Collab:Access:Anonymous=none", "Collab:Access:AllowInsecure=true", "Collab:Access:AuthenticationTimeout=00:00:01");
        var recorder = await RunAsync(closed.Url, clients: 1, recorder => recorder.Errors.Count > 0, hold: TimeSpan.FromHours(1));
        Assert.Equal(["unauthenticated"], recorder.Errors.Keys);
        Assert.Equal(0, recorder.FailedCount);
    }

    [Fact]
    public async Task Nobody_there_is_told_apart_from_a_refusal()
    {
        var nobody = new Uri($"http://127.0.0.1:{OwnPort.Take()}");
        var recorder = await RunAsync(nobody, clients: 1, recorder => recorder.FailedCount >= 2);
        Assert.Equal(["connection"], recorder.Errors.Keys);
    }

    [Fact]
    public async Task An_upgrade_that_is_refused_is_told_with_its_status()
    {
        // A server whose hub is elsewhere.
        var elsewhere = new Uri(server.Url, "elsewhere");
        var recorder = await RunAsync(elsewhere, clients: 1, recorder => recorder.FailedCount >= 2);
        Assert.Equal(["http_404"], recorder.Errors.Keys);
    }

    private static async Task<Recorder> RunAsync(Uri target, int clients, Func<Recorder, bool> isSeen, TimeSpan? hold = null)
    {
        var scenario = new WebSocketScenario();
        var plan = new StressPlan
        {
            Target = target,
            Scenario = scenario,
            Clients = clients,
            Documents = 0,
            Duration = Limit,
            ThinkTime = hold ?? TimeSpan.FromMilliseconds(100),
            Mix = scenario.Defaults.Mix,
            Pastes = scenario.Defaults.Pastes,
            InsertLength = 1,
            Timeout = Limit,
            Seed = 7,
        };
        var recorder = new Recorder(scenario.Name);
        using var asked = new StressServer(plan);
        await using var load = scenario.CreateLoad(plan, asked, recorder);
        using var over = new CancellationTokenSource();
        await load.OpenAsync(over.Token);
        var driving = load.DriveAsync(over.Token);
        await Eventually.IsTrue(() => isSeen(recorder), "what the run is for has happened");
        await over.CancelAsync();
        await driving;
        return recorder;
    }
}
