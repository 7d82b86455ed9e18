using System.Collections.Immutable;
using Collab.Contracts.Access;
using Collab.Grains.Log.Sqlite;

namespace Collab.Grains.Access;

/// <summary>Who may do what, in the operation log's SQLite file, on that log's own thread and connections.</summary>
internal sealed class SqliteAccessStore(SqliteWriteThread writer, SqliteReaders readers) : IAccessStore
{
    public string Store => "sqlite";

    public ValueTask<ImmutableArray<Grant>> ListGrantsAsync(DocumentId document, CancellationToken cancellation) =>
        readers.RunAsync(connection => connection.Access.Grants(document), cancellation);

    public ValueTask<ImmutableArray<Role?>> FindGrantsAsync(string subject, IReadOnlyList<DocumentId> documents, CancellationToken cancellation) =>
        readers.RunAsync<ImmutableArray<Role?>>(connection => [.. documents.Select(document => connection.Access.Find(document, subject))], cancellation);

    public async ValueTask<bool> SetGrantAsync(DocumentId document, Grant grant, int limit, CancellationToken cancellation) =>
        await writer.RunAsync(connection => connection.Access.Set(document, grant, limit), cancellation);

    public async ValueTask<bool> RemoveGrantAsync(DocumentId document, string subject, CancellationToken cancellation) =>
        await writer.RunAsync(connection => connection.Access.Remove(document, subject), cancellation);

    public ValueTask<ImmutableArray<Revocation>> ListRevocationsAsync(DateTimeOffset now, CancellationToken cancellation) =>
        readers.RunAsync(connection => connection.Access.Revocations(now), cancellation);

    public async ValueTask<bool> AddRevocationAsync(Revocation revocation, int limit, CancellationToken cancellation) =>
        await writer.RunAsync(connection => connection.Access.Revoke(revocation, limit), cancellation);

    public async ValueTask<int> TrimRevocationsAsync(DateTimeOffset now, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return await writer.RunAsync(connection => connection.Access.Trim(now, limit), cancellation);
    }
}
