namespace Collab.Tests.Silo.Clustering;

/// <summary>Orleans' reminders on our own tables.</summary>
public sealed class ReminderQueryTests : IAsyncLifetime
{
    private static readonly DateTime Start = new(2026, 2, 3, 4, 5, 6, DateTimeKind.Utc);

    private OrleansDatabase _database = null!;

    public async Task InitializeAsync() => _database = await OrleansDatabase.MakeAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task A_reminder_is_read_as_it_was_set_last()
    {
        await SetAsync("g/1", "tick", 5, 60_000);
        // Orleans sends a period as a 64-bit number when it takes more than 31 bits.
        int version = await SetAsync("g/1", "tick", 5, 3_000_000_000L);
        await SetAsync("g/1", "tock", 5, 1);
        var row = Assert.Single(await _database.ReadAsync("ReadReminderRowKey", Reminder("g/1", "tick")));
        Assert.Equal(("g/1", "tick", 3_000_000_000L, version), (row["GrainId"], row["ReminderName"], row["Period"], row["Version"]));
        Assert.Equal(Start, Assert.IsType<DateTime>(row["StartTime"]));
        Assert.Equal(2, (await _database.ReadAsync("ReadReminderRowsKey", ("ServiceId", "s"), ("GrainId", "g/1"))).Count);
        Assert.Empty(await _database.ReadAsync("ReadReminderRowKey", Reminder("g/2", "tick")));
    }

    [Theory]
    [InlineData("ReadRangeRows1Key", -10, 10, "0 10")]
    [InlineData("ReadRangeRows1Key", int.MinValue, -10, "-10")]
    // From the end of the numbers over to their beginning, and all of them.
    [InlineData("ReadRangeRows2Key", 10, -10, "2147483647 -2147483648 -10")]
    [InlineData("ReadRangeRows2Key", 0, 0, "10 2147483647 -2147483648 -10 0")]
    public async Task A_silo_reads_its_part_of_the_ring(string query, int begin, int end, string expected)
    {
        foreach (int hash in (int[])[int.MinValue, -10, 0, 10, int.MaxValue])
            await SetAsync($"{hash}", "tick", hash, 60_000);
        await SetAsync("0", "tick", 0, 60_000, service: "another");
        var rows = await _database.ReadAsync(query, ("ServiceId", "s"), ("BeginHash", begin), ("EndHash", end));
        Assert.Equal(expected.Split(' ').Order(), rows.Select(row => (string)row["GrainId"]).Order());
    }

    [Fact]
    public async Task Only_who_has_the_newest_version_removes_a_reminder()
    {
        int first = await SetAsync("g/1", "tick", 5, 60_000);
        int second = await SetAsync("g/1", "tick", 5, 60_000);
        Assert.Equal(0, await RemoveAsync(first));
        Assert.Equal(1, await RemoveAsync(second));
        Assert.Equal(0, await RemoveAsync(second));
        // Set again under its old name, it is another one.
        int third = await SetAsync("g/1", "tick", 5, 60_000);
        Assert.Equal(0, await RemoveAsync(first));
        Assert.Equal(1, await RemoveAsync(third));
    }

    [Fact]
    public async Task All_of_a_service_are_removed_at_once()
    {
        await SetAsync("g/1", "tick", 5, 60_000);
        await SetAsync("g/1", "tick", 5, 60_000, service: "another");
        await _database.ExecuteAsync("DeleteReminderRowsKey", ("ServiceId", "s"));
        Assert.Equal("another", await _database.ScalarAsync("SELECT string_agg(service, ' ') FROM reminders"));
    }

    private static (string, object?)[] Reminder(string grain, string name, params (string, object?)[] more) => [("ServiceId", "s"), ("GrainId", grain), ("ReminderName", name), .. more];

    private async Task<int> SetAsync(string grain, string name, int hash, long period, string service = "s") => (int)Assert.Single(await _database.ReadAsync(
        "UpsertReminderRowKey",
        ("ServiceId", service), ("GrainHash", hash), ("GrainId", grain), ("ReminderName", name), ("StartTime", Start), ("Period", period <= int.MaxValue ? (object)(int)period : period)))["Version"];

    private Task<int> RemoveAsync(int version) => _database.CountAsync("DeleteReminderRowKey", Reminder("g/1", "tick", ("Version", version)));
}
