
namespace Collab.Tests.Silo.Clustering;

/// <summary>The membership protocol of Orleans on our own tables, with its parameters and the columns that it reads.</summary>
public sealed class MembershipQueryTests : IAsyncLifetime
{
    private static readonly DateTime Now = new(2026, 2, 3, 4, 5, 6, DateTimeKind.Utc);

    private OrleansDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _database = await OrleansDatabase.MakeAsync();
        Assert.Equal(1, await _database.CountAsync("InsertMembershipVersionKey", ("DeploymentId", "c")));
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task A_cluster_has_a_version_before_it_has_members()
    {
        Assert.Equal(0, await _database.CountAsync("InsertMembershipVersionKey", ("DeploymentId", "c")));
        var row = Assert.Single(await ReadAsync());
        Assert.Equal(0, row["Version"]);
        Assert.Equal(DBNull.Value, row["StartTime"]);
        var one = Assert.Single(await ReadAsync("10.0.0.1"));
        Assert.Equal((0, DBNull.Value), (one["Version"], one["StartTime"]));
    }

    [Fact]
    public async Task A_member_is_read_as_it_was_written()
    {
        Assert.True(await InsertAsync("10.0.0.1", version: 0));
        var row = Assert.Single(await ReadAsync());
        Assert.Equal(1, row["Version"]);
        Assert.Equal(("10.0.0.1", 11111, 7, 30000, 2), (row["Address"], row["Port"], row["Generation"], row["ProxyPort"], row["Status"]));
        Assert.Equal(("silo 1", "host-1", DBNull.Value), (row["SiloName"], row["HostName"], row["SuspectTimes"]));
        Assert.Equal(Now, Assert.IsType<DateTime>(row["StartTime"]));
        Assert.Equal(Now.AddSeconds(1), Assert.IsType<DateTime>(row["IAmAliveTime"]));

        Assert.True(await UpdateAsync("10.0.0.1", version: 1, status: 3, suspects: "S10.0.0.2:1@1,2026-02-03"));
        row = Assert.Single(await ReadAsync("10.0.0.1"));
        Assert.Equal((3, "S10.0.0.2:1@1,2026-02-03", 2), (row["Status"], row["SuspectTimes"], row["Version"]));
        Assert.Equal(DBNull.Value, Assert.Single(await ReadAsync("10.0.0.2"))["Address"]);
    }

    [Fact]
    public async Task A_change_based_on_an_older_version_changes_nothing()
    {
        Assert.True(await InsertAsync("10.0.0.1", version: 0));
        Assert.False(await InsertAsync("10.0.0.2", version: 0));
        Assert.False(await UpdateAsync("10.0.0.1", version: 0, status: 6));
        // The same silo twice, and one that was never there.
        Assert.False(await InsertAsync("10.0.0.1", version: 1));
        Assert.False(await UpdateAsync("10.0.0.9", version: 1, status: 6));
        var row = Assert.Single(await ReadAsync());
        Assert.Equal(("10.0.0.1", 2, 1), (row["Address"], row["Status"], row["Version"]));
    }

    [Fact]
    public async Task Of_many_that_join_at_one_version_one_does()
    {
        var joined = await Task.WhenAll(Enumerable.Range(1, 8).Select(i => InsertAsync($"10.0.0.{i}", version: 0)));
        Assert.Single(joined, each => each);
        Assert.Equal(1, Assert.Single(await ReadAsync())["Version"]);

        Assert.True(await InsertAsync("10.0.1.1", version: 1));
        var both = await Task.WhenAll(UpdateAsync("10.0.1.1", version: 2, status: 3), InsertAsync("10.0.1.2", version: 2));
        Assert.Single(both, each => each);
    }

    [Fact]
    public async Task A_silo_that_says_that_it_lives_disturbs_no_change_of_its_row()
    {
        Assert.True(await InsertAsync("10.0.0.1", version: 0));
        await using var alive = await _database.ConnectAsync();
        await using var transaction = await alive.BeginTransactionAsync();
        await OrleansDatabase.RunAsync(alive, _database.Query("UpdateIAmAlivetimeKey"), Silo("10.0.0.1", ("IAmAliveTime", Now.AddSeconds(9))));
        var update = UpdateAsync("10.0.0.1", version: 1, status: 3);
        await Eventually.IsTrue(async () => (long)(await _database.ScalarAsync("SELECT count(*) FROM pg_locks WHERE NOT granted"))! > 0, "the change waits for the row");
        await transaction.CommitAsync();
        Assert.True(await update);
        var row = Assert.Single(await ReadAsync());
        Assert.Equal((3, 2), (row["Status"], row["Version"]));
    }

    [Fact]
    public async Task Clients_find_the_gateways_of_silos_that_work()
    {
        Assert.True(await InsertAsync("10.0.0.1", version: 0));
        Assert.True(await InsertAsync("10.0.0.2", version: 1, gateway: 0));
        Assert.True(await InsertAsync("10.0.0.3", version: 2));
        Assert.True(await UpdateAsync("10.0.0.1", version: 3, status: 3));
        Assert.True(await UpdateAsync("10.0.0.2", version: 4, status: 3));
        var gateway = Assert.Single(await _database.ReadAsync("GatewaysQueryKey", [("DeploymentId", "c"), ("Status", 3)]));
        Assert.Equal(("10.0.0.1", 30000, 7), (gateway["Address"], gateway["ProxyPort"], gateway["Generation"]));
        Assert.Empty(await _database.ReadAsync("GatewaysQueryKey", [("DeploymentId", "another"), ("Status", 3)]));
    }

    [Fact]
    public async Task Of_the_defunct_only_the_dead_and_the_long_forgotten_are_removed()
    {
        string[] silos = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"];
        for (int i = 0; i < silos.Length; i++)
            Assert.True(await InsertAsync(silos[i], version: i));
        Assert.True(await UpdateAsync("10.0.0.1", version: 4, status: 6));
        Assert.True(await UpdateAsync("10.0.0.2", version: 5, status: 3));
        // The third joins right now, the fourth began to long ago.
        await _database.ExecuteAsync("UpdateIAmAlivetimeKey", Silo("10.0.0.3", ("IAmAliveTime", DateTime.UtcNow)));
        await _database.ExecuteAsync("CleanupDefunctSiloEntriesKey", [("DeploymentId", "c"), ("IAmAliveTime", DateTime.UtcNow.AddMinutes(1))]);
        Assert.Equal(["10.0.0.2", "10.0.0.3"], (await ReadAsync()).Select(row => (string)row["Address"]).Order());

        await _database.ExecuteAsync("DeleteMembershipTableEntriesKey", ("DeploymentId", "c"));
        Assert.Empty(await ReadAsync());
    }

    private static (string, object?)[] Silo(string address, params (string, object?)[] more) =>
        [("DeploymentId", "c"), ("Address", address), ("Port", 11111), ("Generation", 7), .. more];

    private async Task<bool> InsertAsync(string address, int version, int gateway = 30000) => await _database.CountAsync(
        "InsertMembershipKey",
        Silo(
            address, ("IAmAliveTime", Now.AddSeconds(1)), ("SiloName", "silo 1"), ("HostName", "host-1"), ("StartTime", Now), ("Status", 2), ("ProxyPort", gateway), ("Version", version))) > 0;

    private async Task<bool> UpdateAsync(string address, int version, int status, string? suspects = null) => await _database.CountAsync(
        "UpdateMembershipKey", Silo(address, ("IAmAliveTime", Now.AddSeconds(2)), ("Status", status), ("SuspectTimes", suspects), ("Version", version))) > 0;

    private Task<List<Dictionary<string, object>>> ReadAsync() => _database.ReadAsync("MembershipReadAllKey", ("DeploymentId", "c"));

    private Task<List<Dictionary<string, object>>> ReadAsync(string address) => _database.ReadAsync("MembershipReadRowKey", Silo(address));
}
