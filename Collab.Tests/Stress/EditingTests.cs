using Collab.Stress;
using Collab.Stress.Editing;
using Collab.Stress.Editing.Edits;
using Collab.Stress.Integrity;
using Collab.Stress.Reporting;
using Collab.Stress.Server;
using Collab.Tests.EndToEnd;

namespace Collab.Tests.Stress;

/// <summary>What the load tool does to clients, and measures of them, against a real server.</summary>
public sealed class EditingTests(CollaborationTests.Server server) : IClassFixture<CollaborationTests.Server>
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    [Fact]
    public async Task Every_operation_is_measured_on_its_way_to_every_other_client()
    {
        await using var run = await Run.OpenAsync(new HotDocument(), server.Url, clients: 4, Long);
        var report = await run.DriveAsync(() => Task.FromResult(run.Recorder.SucceededCount >= 20));

        Assert.True(report.IsWhole, string.Join('\n', report.Findings));
        // The first operation made the document.
        long operations = report.Acknowledged - 1;
        await Eventually.IsTrue(() => run.Recorder.Propagation.Count == 3 * operations, "each operation has been counted for three clients");
        Assert.Equal(4, run.Recorder.Admission.Count);
        Assert.True(run.Recorder.BytesReceived > run.Recorder.BytesSent);
        Assert.True(run.Recorder.BytesSent > 0);
    }

    [Fact]
    public async Task A_reconnect_storm_cuts_everybody_and_everybody_comes_back()
    {
        await using var run = await Run.OpenAsync(new ReconnectStorm(), server.Url, clients: 4, TimeSpan.FromSeconds(20));
        var report = await run.DriveAsync(() => Task.FromResult(run.Recorder.Happenings.GetValueOrDefault("reconnect") >= 4));

        Assert.True(report.IsWhole, string.Join('\n', report.Findings));
        Assert.True(run.Recorder.Happenings["cut"] >= 4);
        await Eventually.IsTrue(() => run.Recorder.Clients == 4, "all are connected");
    }

    [Fact]
    public async Task Slow_readers_are_so_slow_that_the_server_resyncs_them()
    {
        await using var other = await EndToEnd.ServerProcess.StartAsync($"Collab:Delivery:OutboxBytesLimit={64 << 10}", $"Collab:Delivery:RecentBytesLimit={64 << 10}");
        await using var run = await Run.OpenAsync(new SlowReader(), other.Url, clients: 3, Long, plan => plan with { ThinkTime = TimeSpan.FromMilliseconds(100), Pastes = new Pastes(1, 100_000) });
        var report = await run.DriveAsync(async () => (await Scrape.OfAsync(other.Url))["collab_slow_consumers_total{action=\"resynced\"}"] > 0);

        Assert.True(report.IsWhole, string.Join('\n', report.Findings));
        Assert.True(run.Recorder.Happenings["stop"] > 0);
    }

    [Fact]
    public async Task In_a_soak_people_go_and_others_come_and_all_of_them_are_checked()
    {
        await using var run = await Run.OpenAsync(new Soak(), server.Url, clients: 3, TimeSpan.FromSeconds(6));
        var report = await run.DriveAsync(() => Task.FromResult(run.Recorder.Happenings.GetValueOrDefault("leave") >= 3));

        Assert.True(report.IsWhole, string.Join('\n', report.Findings));
        // And the one who made the document.
        Assert.Equal(run.Recorder.Happenings["join"] + 1, report.Replicas);
    }

    [Fact]
    public async Task One_operation_is_on_its_way_in_a_closed_loop()
    {
        await using var run = await Run.OpenAsync(new Typing(), server.Url, clients: 1, Long, plan => plan with { ThinkTime = TimeSpan.Zero, Mix = new EditMix(1, 0, 0, 0) });
        var report = await run.DriveAsync(() => Task.FromResult(run.Recorder.SucceededCount >= 20));

        Assert.True(report.IsWhole, string.Join('\n', report.Findings));
        // None was composed with another: each edit is an operation, and one that was interrupted is there too.
        Assert.Equal(run.Recorder.SucceededCount, report.Acknowledged - 1);
        Assert.Equal(0, run.Recorder.Lateness.Count);
    }

    /// <summary>A run that ends when what was to be seen has been seen.</summary>
    private sealed class Run : IAsyncDisposable
    {
        private readonly StressServer _server;
        private readonly EditingLoad _load;

        private Run(EditingScenario scenario, StressPlan plan)
        {
            _server = new StressServer(plan);
            Recorder = new Recorder(scenario.Name);
            _load = new EditingLoad(scenario, plan, _server, Recorder);
        }

        public Recorder Recorder { get; }

        public static async Task<Run> OpenAsync(EditingScenario scenario, Uri target, int clients, TimeSpan duration, Func<StressPlan, StressPlan>? change = null)
        {
            var plan = new StressPlan
            {
                Target = target,
                Scenario = scenario,
                Clients = clients,
                Documents = 1,
                Duration = duration,
                ThinkTime = scenario.Defaults.ThinkTime,
                Mix = scenario.Defaults.Mix,
                Pastes = scenario.Defaults.Pastes,
                InsertLength = 1,
                Timeout = TimeSpan.FromMinutes(2),
                Seed = 7,
            };
            var run = new Run(scenario, change?.Invoke(plan) ?? plan);
            await run._load.OpenAsync(default);
            return run;
        }

        public async Task<IntegrityReport> DriveAsync(Func<Task<bool>> isSeen)
        {
            using var over = new CancellationTokenSource();
            var driving = _load.DriveAsync(over.Token);
            await Eventually.IsTrue(isSeen, "what the run is for has happened");
            await over.CancelAsync();
            await driving;
            return (await _load.CheckAsync())!;
        }

        public async ValueTask DisposeAsync()
        {
            await _load.DisposeAsync();
            _server.Dispose();
        }
    }
}
