using System.Collections.Immutable;
using Collab.Contracts.Access;
using Collab.Grains.Log.Sqlite;
using Microsoft.Data.Sqlite;

namespace Collab.Grains.Access;

/// <summary>Everything that is read of who may do what. A part of a connection that reads.</summary>
internal sealed class SqliteAccessReads(SqliteConnection connection) : IDisposable
{
    private readonly SqliteStatement _grants = new(connection, "SELECT subject, role FROM access_grants WHERE document = $0 ORDER BY subject");
    private readonly SqliteStatement _find = new(connection, "SELECT role FROM access_grants WHERE document = $0 AND subject = $1");
    private readonly SqliteStatement _revocations = new(connection, $"SELECT {AccessRows.RevocationColumns} FROM access_revocations WHERE until > $0");

    public ImmutableArray<Grant> Grants(DocumentId document)
    {
        var grants = ImmutableArray.CreateBuilder<Grant>();
        using var row = _grants.Query(document.Value);
        while (row.Read())
            grants.Add(AccessRows.Grant(row));
        return grants.ToImmutable();
    }

    public Role? Find(DocumentId document, string subject)
    {
        using var row = _find.Query(document.Value, subject);
        return row.Read() ? (Role)row.GetInt32(0) : null;
    }

    public ImmutableArray<Revocation> Revocations(DateTimeOffset now)
    {
        var revocations = ImmutableArray.CreateBuilder<Revocation>();
        using var row = _revocations.Query(now.ToUnixTimeMilliseconds());
        while (row.Read())
            revocations.Add(AccessRows.Revocation(row));
        return revocations.ToImmutable();
    }

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])[_grants, _find, _revocations])
            statement.Dispose();
    }
}
