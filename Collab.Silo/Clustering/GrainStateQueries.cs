namespace Collab.Silo.Clustering;

/// <summary>What Orleans' grain storage asks. Its version check reads a missing version, or the one that it gave, as a conflict.</summary>
internal static class GrainStateQueries
{
    // The hashes that Orleans sends as well are for indexes of databases that can't have one on the names.
    private const string TheGrain =
        "service = @ServiceId AND grain_type = @GrainTypeString AND n0 = @GrainIdN0 AND n1 = @GrainIdN1 AND name = coalesce(@GrainIdExtensionString, '')";

    public static IReadOnlyList<(string Key, string Text)> All { get; } =
    [
        ("ReadFromStorageKey", $"SELECT state AS PayloadBinary, version AS Version FROM grain_states WHERE {TheGrain}"),
        // Whoever has read no version writes the first one or nothing; whoever has read one replaces that or nothing.
        ("WriteToStorageKey",
            $"""
            WITH replaced AS (
                UPDATE grain_states SET state = @PayloadBinary, version = version + 1, changed_at = now()
                WHERE {TheGrain} AND version = @GrainStateVersion
                RETURNING version),
            made AS (
                INSERT INTO grain_states (service, grain_type, n0, n1, name, version, changed_at, state)
                SELECT @ServiceId, @GrainTypeString, @GrainIdN0, @GrainIdN1, coalesce(@GrainIdExtensionString, ''), 1, now(), @PayloadBinary
                WHERE @GrainStateVersion IS NULL
                ON CONFLICT DO NOTHING
                RETURNING version)
            SELECT max(version) AS NewGrainStateVersion FROM (SELECT version FROM replaced UNION ALL SELECT version FROM made) AS written
            """),
        ("ClearStorageKey",
            $"""
            WITH cleared AS (
                UPDATE grain_states SET state = NULL, version = version + 1, changed_at = now()
                WHERE {TheGrain} AND version = @GrainStateVersion
                RETURNING version)
            SELECT max(version) AS NewGrainStateVersion FROM cleared
            """),
        ("DeleteStorageKey",
            $"""
            WITH removed AS (DELETE FROM grain_states WHERE {TheGrain} AND version = @GrainStateVersion RETURNING version + 1 AS version)
            SELECT max(version) AS NewGrainStateVersion FROM removed
            """),
    ];
}
