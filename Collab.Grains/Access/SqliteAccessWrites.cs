using Collab.Contracts.Access;
using Collab.Grains.Log.Sqlite;
using Microsoft.Data.Sqlite;

namespace Collab.Grains.Access;

/// <summary>Everything that changes who may do what, each one statement and so one transaction. A part of the connection that writes.</summary>
internal sealed class SqliteAccessWrites(SqliteConnection connection) : IDisposable
{
    private readonly SqliteStatement _set = new(
        connection,
        """
        INSERT INTO access_grants (document, subject, role)
            SELECT $0, $1, $2 WHERE (SELECT count(*) FROM access_grants WHERE document = $0) < $3 OR EXISTS (SELECT 1 FROM access_grants WHERE document = $0 AND subject = $1)
        ON CONFLICT (document, subject) DO UPDATE SET role = excluded.role
        """);

    private readonly SqliteStatement _remove = new(connection, "DELETE FROM access_grants WHERE document = $0 AND subject = $1");

    private readonly SqliteStatement _revoke = new(
        connection,
        $"""
        INSERT INTO access_revocations ({AccessRows.RevocationColumns})
            SELECT $0, $1, $2, $3 WHERE (SELECT count(*) FROM access_revocations) < $4 OR EXISTS (SELECT 1 FROM access_revocations WHERE kind = $0 AND name = $1)
        ON CONFLICT (kind, name) DO UPDATE SET issued_before = max(issued_before, excluded.issued_before), until = max(until, excluded.until)
        """);

    private readonly SqliteStatement _trim = new(
        connection,
        "DELETE FROM access_revocations WHERE (kind, name) IN (SELECT kind, name FROM access_revocations WHERE until <= $0 LIMIT $1)");

    public bool Set(DocumentId document, Grant grant, int limit) => _set.Execute(document.Value, grant.Subject, (int)grant.Role, limit) > 0;

    public bool Remove(DocumentId document, string subject) => _remove.Execute(document.Value, subject) > 0;

    public bool Revoke(Revocation revocation, int limit) => _revoke.Execute(
        (int)AccessRows.KindOf(revocation), AccessRows.NameOf(revocation), AccessRows.Milliseconds(revocation.IssuedBefore), AccessRows.Milliseconds(revocation.Until), limit) > 0;

    public int Trim(DateTimeOffset now, int limit) => _trim.Execute(now.ToUnixTimeMilliseconds(), (long)limit);

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])[_set, _remove, _revoke, _trim])
            statement.Dispose();
    }
}
