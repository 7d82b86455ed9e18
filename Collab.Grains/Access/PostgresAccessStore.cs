using System.Collections.Immutable;
using System.Data.Common;
using Collab.Contracts.Access;
using Collab.Grains.Log.Postgres;
using Npgsql;

namespace Collab.Grains.Access;

/// <summary>Who may do what, in the operation log's schema, which several silos share, on that log's connections.</summary>
internal sealed class PostgresAccessStore(PostgresConnections writers, PostgresConnections readers) : IAccessStore
{
    // Two who add at once would both count before either has added. Taken by a statement of its own: what the next one counts is what is there when the lock is had.
    private const string LockSql = "SELECT pg_advisory_xact_lock(hashtextextended('collab access ' || $1, 0))";

    private const string SetSql =
        """
        INSERT INTO access_grants (document, subject, role)
            SELECT $1::text, $2::text, $3::smallint WHERE (SELECT count(*) FROM access_grants WHERE document = $1) < $4 OR EXISTS (SELECT FROM access_grants WHERE document = $1 AND subject = $2)
        ON CONFLICT (document, subject) DO UPDATE SET role = excluded.role
        """;

    private const string RevokeSql =
        $"""
        INSERT INTO access_revocations ({AccessRows.RevocationColumns})
            SELECT $1::smallint, $2::text, $3::bigint, $4::bigint WHERE (SELECT count(*) FROM access_revocations) < $5 OR EXISTS (SELECT FROM access_revocations WHERE kind = $1 AND name = $2)
        ON CONFLICT (kind, name) DO UPDATE SET
            issued_before = greatest(access_revocations.issued_before, excluded.issued_before), until = greatest(access_revocations.until, excluded.until)
        """;

    private const string TrimSql = "DELETE FROM access_revocations WHERE (kind, name) IN (SELECT kind, name FROM access_revocations WHERE until <= $1 LIMIT $2)";

    public string Store => "postgresql";

    public ValueTask<ImmutableArray<Grant>> ListGrantsAsync(DocumentId document, CancellationToken cancellation) =>
        ReadAsync(AccessRows.Grant, "SELECT subject, role FROM access_grants WHERE document = $1 ORDER BY subject", cancellation, document.Value);

    public async ValueTask<ImmutableArray<Role?>> FindGrantsAsync(string subject, IReadOnlyList<DocumentId> documents, CancellationToken cancellation)
    {
        var found = await ReadAsync(
            row => KeyValuePair.Create(row.GetString(0), (Role)row.GetInt32(1)),
            "SELECT document, role FROM access_grants WHERE document = ANY ($1) AND subject = $2", cancellation, documents.Select(document => document.Value).ToArray(), subject);
        var roles = found.ToDictionary();
        return [.. documents.Select(document => roles.TryGetValue(document.Value, out var role) ? role : (Role?)null)];
    }

    public ValueTask<bool> SetGrantAsync(DocumentId document, Grant grant, int limit, CancellationToken cancellation) =>
        AddAsync($"grants {document}", SetSql, cancellation, document.Value, grant.Subject, (short)grant.Role, (long)limit);

    public async ValueTask<bool> RemoveGrantAsync(DocumentId document, string subject, CancellationToken cancellation) =>
        await writers.RunAsync((connection, ending) => connection.ExecuteAsync("DELETE FROM access_grants WHERE document = $1 AND subject = $2", ending, document.Value, subject), cancellation) > 0;

    public ValueTask<ImmutableArray<Revocation>> ListRevocationsAsync(DateTimeOffset now, CancellationToken cancellation) =>
        ReadAsync(AccessRows.Revocation, $"SELECT {AccessRows.RevocationColumns} FROM access_revocations WHERE until > $1", cancellation, now.ToUnixTimeMilliseconds());

    public ValueTask<bool> AddRevocationAsync(Revocation revocation, int limit, CancellationToken cancellation) => AddAsync(
        "revocations", RevokeSql, cancellation,
        AccessRows.KindOf(revocation), AccessRows.NameOf(revocation), AccessRows.Milliseconds(revocation.IssuedBefore), AccessRows.Milliseconds(revocation.Until), (long)limit);

    public ValueTask<int> TrimRevocationsAsync(DateTimeOffset now, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return writers.RunAsync((connection, ending) => connection.ExecuteAsync(TrimSql, ending, now.ToUnixTimeMilliseconds(), (long)limit), cancellation);
    }

    private ValueTask<bool> AddAsync(string what, string sql, CancellationToken cancellation, params object[] values) => writers.RunAsync(
        async (connection, ending) =>
        {
            await using var batch = new NpgsqlBatch(connection).Add("BEGIN").Add(LockSql, what).Add(sql, values).Add("COMMIT");
            await batch.ExecuteNonQueryAsync(ending);
            return batch.BatchCommands[2].RecordsAffected > 0;
        },
        cancellation);

    private ValueTask<ImmutableArray<T>> ReadAsync<T>(Func<DbDataReader, T> read, string sql, CancellationToken cancellation, params object[] values) =>
        readers.RunAsync((connection, ending) => connection.ListAsync(read, sql, ending, values), cancellation);
}
