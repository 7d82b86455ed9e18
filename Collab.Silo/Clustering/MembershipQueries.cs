namespace Collab.Silo.Clustering;

/// <summary>What Orleans' membership table and gateway list ask, under the names that they ask it by.</summary>
internal static class MembershipQueries
{
    private const string TheMember = "address = @Address AND port = @Port AND generation = @Generation";

    // A cluster without members has one row, with nothing but the version.
    private const string Columns =
        """
        SELECT m.address AS Address, m.port AS Port, m.generation AS Generation, m.name AS SiloName, m.host AS HostName, m.status AS Status, m.proxy_port AS ProxyPort,
            m.suspicions AS SuspectTimes, m.started_at AS StartTime, m.i_am_alive AS IAmAliveTime, c.version AS Version
        FROM clusters c LEFT JOIN members m ON m.cluster = c.cluster
        """;

    public static IReadOnlyList<(string Key, string Text)> All { get; } =
    [
        ("InsertMembershipVersionKey",
            """
            WITH made AS (INSERT INTO clusters (cluster) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING cluster)
            SELECT count(*)::integer FROM made
            """),
        ("MembershipReadAllKey", $"{Columns} WHERE c.cluster = @DeploymentId"),
        ("MembershipReadRowKey", $"{Columns} AND m.{TheMember.Replace(" AND ", " AND m.", StringComparison.Ordinal)} WHERE c.cluster = @DeploymentId"),
        ("GatewaysQueryKey",
            """
            SELECT address AS Address, proxy_port AS ProxyPort, generation AS Generation FROM members
            WHERE cluster = @DeploymentId AND status = @Status AND proxy_port > 0
            """),
        // The version's row first, and the member's only with it: whoever else changes the list meanwhile waits there, and then finds another version.
        ("InsertMembershipKey",
            $"""
            WITH raised AS (
                UPDATE clusters SET version = version + 1, changed_at = now()
                WHERE cluster = @DeploymentId AND version = @Version
                    AND NOT EXISTS (SELECT FROM members WHERE cluster = @DeploymentId AND {TheMember})
                RETURNING cluster),
            entered AS (
                INSERT INTO members (cluster, address, port, generation, proxy_port, status, started_at, i_am_alive, name, host)
                SELECT cluster, @Address, @Port, @Generation, @ProxyPort, @Status, @StartTime, @IAmAliveTime, @SiloName, @HostName FROM raised
                RETURNING cluster)
            SELECT count(*)::integer FROM entered
            """),
        ("UpdateMembershipKey",
            $"""
            WITH raised AS (
                UPDATE clusters SET version = version + 1, changed_at = now()
                WHERE cluster = @DeploymentId AND version = @Version
                    AND EXISTS (SELECT FROM members WHERE cluster = @DeploymentId AND {TheMember})
                RETURNING cluster),
            changed AS (
                UPDATE members m SET status = @Status, suspicions = @SuspectTimes, i_am_alive = @IAmAliveTime
                FROM raised WHERE m.cluster = raised.cluster AND {TheMember}
                RETURNING m.cluster)
            SELECT count(*)::integer FROM changed
            """),
        // Changes nothing that anybody decides by, so it is no new version.
        ("UpdateIAmAlivetimeKey", $"UPDATE members SET i_am_alive = @IAmAliveTime WHERE cluster = @DeploymentId AND {TheMember}"),
        ("DeleteMembershipTableEntriesKey", "DELETE FROM clusters WHERE cluster = @DeploymentId"),
        // The dead, and after a day whoever neither lives nor was declared dead. Orleans chooses the time by the dead alone: one that is just joining must not go with them.
        ("CleanupDefunctSiloEntriesKey",
            """
            DELETE FROM members WHERE cluster = @DeploymentId AND i_am_alive < @IAmAliveTime
                AND (status = 6 OR (status <> 3 AND i_am_alive < now() - interval '1 day'))
            """),
    ];
}
