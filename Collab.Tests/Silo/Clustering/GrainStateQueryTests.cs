namespace Collab.Tests.Silo.Clustering;

/// <summary>Orleans' grain storage on our own tables: it takes a missing version, or the one that it gave, for a conflict.</summary>
public sealed class GrainStateQueryTests : IAsyncLifetime
{
    private OrleansDatabase _database = null!;

    public async Task InitializeAsync() => _database = await OrleansDatabase.MakeAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task A_state_is_read_as_it_was_written_last()
    {
        Assert.Empty(await ReadAsync("a"));
        Assert.Equal(1, await WriteAsync("a", null, [1, 2]));
        Assert.Equal(2, await WriteAsync("a", 1, [3]));
        var row = Assert.Single(await ReadAsync("a"));
        Assert.Equal(2, row["Version"]);
        Assert.Equal([3], (byte[])row["PayloadBinary"]);
        Assert.Empty(await ReadAsync("b"));
    }

    [Fact]
    public async Task Grains_with_a_number_or_with_a_name_are_different_ones()
    {
        Assert.Equal(1, await WriteAsync(null, null, [1]));
        Assert.Equal(1, await WriteAsync("a", null, [2]));
        Assert.Equal([1], (byte[])Assert.Single(await ReadAsync(null))["PayloadBinary"]);
        Assert.Equal([2], (byte[])Assert.Single(await ReadAsync("a"))["PayloadBinary"]);
    }

    [Fact]
    public async Task Who_has_not_read_the_newest_version_writes_nothing()
    {
        Assert.Equal(1, await WriteAsync("a", null, [1]));
        Assert.Null(await WriteAsync("a", null, [2]));
        Assert.Equal(2, await WriteAsync("a", 1, [3]));
        Assert.Null(await WriteAsync("a", 1, [4]));
        Assert.Null(await ClearAsync("ClearStorageKey", "a", 1));
        Assert.Null(await ClearAsync("DeleteStorageKey", "a", 1));
        Assert.Equal([3], (byte[])Assert.Single(await ReadAsync("a"))["PayloadBinary"]);
    }

    [Fact]
    public async Task Of_many_that_write_at_one_version_one_does()
    {
        var first = await Task.WhenAll(Enumerable.Range(1, 8).Select(i => WriteAsync("a", null, [(byte)i])));
        Assert.Equal(1, Assert.Single(first, version => version is not null));
        var second = await Task.WhenAll(Enumerable.Range(1, 8).Select(i => WriteAsync("a", 1, [(byte)i])));
        Assert.Equal(2, Assert.Single(second, version => version is not null));
    }

    [Fact]
    public async Task A_cleared_state_keeps_its_version_and_a_removed_one_begins_anew()
    {
        await WriteAsync("a", null, [1]);
        Assert.Equal(2, await ClearAsync("ClearStorageKey", "a", 1));
        var row = Assert.Single(await ReadAsync("a"));
        Assert.Equal((2, DBNull.Value), (row["Version"], row["PayloadBinary"]));
        Assert.Null(await WriteAsync("a", null, [2]));
        Assert.Equal(3, await WriteAsync("a", 2, [2]));

        Assert.Equal(4, await ClearAsync("DeleteStorageKey", "a", 3));
        Assert.Empty(await ReadAsync("a"));
        // Somebody who still has the old version must not bring it back.
        Assert.Null(await WriteAsync("a", 3, [3]));
        Assert.Equal(1, await WriteAsync("a", null, [4]));
    }

    private static (string, object?)[] Grain(string? name, params (string, object?)[] more) =>
    [
        ("GrainIdHash", 17), ("GrainIdN0", 0L), ("GrainIdN1", 5L), ("GrainTypeHash", -3), ("GrainTypeString", "pubsub"), ("GrainIdExtensionString", name), ("ServiceId", "s"), .. more,
    ];

    private static (string, object?) Version(int? version) => ("GrainStateVersion", version is { } number ? number : OrleansDatabase.Missing.Number);

    private async Task<int?> WriteAsync(string? name, int? version, byte[] state) =>
        Assert.Single(await _database.ReadAsync("WriteToStorageKey", Grain(name, Version(version), ("PayloadBinary", state))))["NewGrainStateVersion"] as int?;

    private async Task<int?> ClearAsync(string query, string? name, int? version) => Assert.Single(Assert.Single(await _database.ReadAsync(query, Grain(name, Version(version))))).Value as int?;

    private Task<List<Dictionary<string, object>>> ReadAsync(string? name) => _database.ReadAsync("ReadFromStorageKey", Grain(name));
}
