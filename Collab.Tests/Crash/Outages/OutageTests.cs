using Collab.Tests.Postgres;
using Xunit.Abstractions;

namespace Collab.Tests.Crash.Outages;

/// <summary>A sick store is felt as a refusal that says when to come back, and heals by itself.</summary>
public sealed class OutageTests(ITestOutputHelper output)
{
    private const int Seed = 20260304;

    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(60);

    [Fact]
    public Task A_full_disk_under_sqlite() => PassAsync(new SqliteDiskFull());

    [Fact]
    public Task A_full_disk_under_sqlite_on_which_the_server_is_killed() => PassKilledAsync(new SqliteDiskFull());

    [Fact]
    public Task A_sqlite_file_locked_by_another_program() => PassAsync(new SqliteLocked());

    [Theory]
    [InlineData(PostgresStop.Fast)]
    [InlineData(PostgresStop.Immediate)]
    public Task Postgresql_stopped_and_started(PostgresStop how) => PassAsync(new PostgresStopped(how));

    [Fact]
    public Task Postgresql_restarted_in_place() => PassAsync(new PostgresRestarted());

    [Fact]
    public Task Postgresql_frozen_and_thawed() => PassAsync(new PostgresFrozen());

    [Fact]
    public Task The_connections_to_postgresql_killed() => PassAsync(new PostgresConnectionsKilled());

    [Fact]
    public Task A_full_disk_under_postgresql() => PassAsync(new PostgresDiskFull());

    [Fact]
    public Task Postgresql_frozen_while_the_server_is_killed() => PassKilledAsync(new PostgresFrozen());

    private async Task PassKilledAsync(Outage outage)
    {
        var report = await OutageRun.RunAsync(outage, Seed, isKilled: true);
        output.WriteLine($"{OutageReport.MarkdownHead}\n{report.Markdown}");
        Assert.True(report.Acknowledged > 0);
    }

    private async Task PassAsync(Outage outage)
    {
        var report = await OutageRun.RunAsync(outage, Seed);
        output.WriteLine($"{OutageReport.MarkdownHead}\n{report.Markdown}");
        Assert.Empty(report.Reads.Failures);
        Assert.Empty(report.Presences.Failures);
        Assert.Equal(0, report.ConnectionsLost);
        Assert.Empty(report.Refusals.Keys.Except(["storage_unavailable", "overloaded", "timeout"]));
        Assert.True(report.Recovered < RecoveryLimit, $"It took {report.Recovered.TotalSeconds:0.0} s until everybody worked again.");
    }
}
