namespace Collab.Silo.Clustering;

/// <summary>What Orleans' reminder table asks.</summary>
internal static class ReminderQueries
{
    private const string Columns = "SELECT grain AS GrainId, name AS ReminderName, start_at AS StartTime, period AS Period, version AS Version FROM reminders WHERE service = @ServiceId";

    public static IReadOnlyList<(string Key, string Text)> All { get; } =
    [
        ("ReadReminderRowKey", $"{Columns} AND grain = @GrainId AND name = @ReminderName"),
        ("ReadReminderRowsKey", $"{Columns} AND grain = @GrainId"),
        // A silo's part of the ring, from after its beginning to its end: as one range, and as what lies outside of one, when it passes the place where the numbers begin anew.
        ("ReadRangeRows1Key", $"{Columns} AND hash > @BeginHash AND hash <= @EndHash"),
        ("ReadRangeRows2Key", $"{Columns} AND (hash > @BeginHash OR hash <= @EndHash)"),
        ("UpsertReminderRowKey",
            """
            INSERT INTO reminders (service, grain, name, hash, version, period, start_at)
            VALUES (@ServiceId, @GrainId, @ReminderName, @GrainHash, nextval('reminder_versions'), @Period, @StartTime)
            ON CONFLICT (service, grain, name) DO UPDATE SET hash = excluded.hash, version = excluded.version, period = excluded.period, start_at = excluded.start_at
            RETURNING version AS Version
            """),
        ("DeleteReminderRowKey",
            """
            WITH removed AS (
                DELETE FROM reminders WHERE service = @ServiceId AND grain = @GrainId AND name = @ReminderName AND version = @Version RETURNING version)
            SELECT count(*)::integer FROM removed
            """),
        ("DeleteReminderRowsKey", "DELETE FROM reminders WHERE service = @ServiceId"),
    ];
}
