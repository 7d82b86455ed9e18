using Collab.Tests.Crash;
using Collab.Tests.EndToEnd;
using Collab.Tests.Postgres;
using Xunit.Abstractions;

namespace Collab.Tests.Fanout;

/// <summary>
/// Two servers on one database, neither of which knows of the other: what no cluster may be, and any cluster is for a moment. People type into the same documents through both; the log's fence alone keeps it one
/// truth.
/// </summary>
public sealed class FenceTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Seed = 20261122;
    private const string Fenced = "collab_store_fenced_appends_total{store=\"postgresql\"}";

    private PostgresServer _postgres = null!;
    private string _database = "";

    public async Task InitializeAsync()
    {
        _postgres = await PostgresServer.Shared;
        _database = await _postgres.CreateDatabaseAsync();
    }

    public Task DisposeAsync() => _postgres.DropDatabaseAsync(_database);

    [Fact]
    public async Task While_two_servers_fence_each_other_everybody_gets_on_and_when_one_remains_nothing_is_lost_or_doubled()
    {
        string[] settings = ["Collab:Log:Provider=postgresql", $"Collab:Log:ConnectionString={_postgres.ConnectionString(_database)}"];
        await using var first = await ServerProcess.StartAsync(settings);
        await using var second = await ServerProcess.StartAsync(settings);
        bool isOneLeft = false;
        await using var line = new Line(() => Task.FromResult<Uri?>(Volatile.Read(ref isOneLeft) ? first.Url : second.Url));
        output.WriteLine($"Seed {Seed}.");
        await using var writers = await Writers.JoinAsync(new WritersPlan([first.Url, line.Url], [first.Url], Clients: 8, Documents: 4), new Random(Seed));

        writers.Start();
        // Three times over, everybody is acknowledged: nobody is kept out by the others' taking turns.
        for (int round = 0; round < 3; round++)
        {
            writers.Mark();
            await writers.WhenEachIsAcknowledgedAsync();
        }

        double fenced = (await Scrape.OfAsync(first.Url))[Fenced] + (await Scrape.OfAsync(second.Url))[Fenced];
        int acknowledged = writers.AcknowledgedTotal;
        output.WriteLine($"{fenced} appends fenced while {acknowledged} operations were acknowledged.");
        Volatile.Write(ref isOneLeft, true);
        await second.KillAsync();
        writers.Mark();
        await writers.WhenEachIsAcknowledgedAsync();
        await writers.StopAsync();
        await writers.WhenSettledAsync();

        var evidence = await writers.AuditAsync();
        Assert.True(evidence.Count == 0, $"{writers.Lost} lost, {writers.Doubled} doubled.\n{string.Join('\n', evidence.Take(20))}");
        output.WriteLine($"{writers.AcknowledgedTotal} acknowledged in all, {writers.ResubmissionsTotal} sent again, refusals: {string.Join(", ", writers.Refusals)}.");
        // Seen: a quarter to a half. A storm would fence without anybody getting on.
        Assert.InRange(fenced, 1, 3 * acknowledged);
    }
}
