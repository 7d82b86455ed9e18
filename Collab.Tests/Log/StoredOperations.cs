using System.Text;
using Collab.Contracts;
using Collab.Grains.Log.Sqlite;
using Microsoft.Data.Sqlite;

namespace Collab.Tests.Log;

/// <summary>Changes operations where a SQLite log that nobody has open keeps them, as something that is wrong with the disk would: their checksums stay as they are.</summary>
internal static class StoredOperations
{
    /// <summary>Writes other text into an operation.</summary>
    public static void Replace(string path, DocumentId document, long revision, string text, string other) => Change(path, document, revision, found =>
    {
        var encoded = Encoding.UTF8.GetString(found.Record.Encoded.Span);
        Assert.Contains(text, encoded);
        return found with { Record = found.Record with { Encoded = Encoding.UTF8.GetBytes(encoded.Replace(text, other, StringComparison.Ordinal)) } };
    });

    /// <summary>Writes another operation in the place of one.</summary>
    public static void Change(string path, DocumentId document, long revision, Func<StoredOperation, StoredOperation> change) =>
        Change(path, document, revision, stretch => [.. stretch.Select(found => found.Record.Revision == revision ? change(found) : found)]);

    /// <summary>Writes other operations in the place of those that lie in a row with one.</summary>
    public static void Change(string path, DocumentId document, long revision, Func<IReadOnlyList<StoredOperation>, IReadOnlyList<StoredOperation>> change)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        var (first, operations) = Stretch(connection, document, revision);
        List<StoredOperation> found = [];
        for (var from = new StretchReader(document, first, operations, path); from.TryRead(out var record, out var checksum, out _);)
            found.Add(new(record, checksum));
        StretchWriter to = new();
        foreach (var (record, checksum) in change(found))
            Assert.True(to.TryAdd(record, checksum));

        using var update = connection.CreateCommand();
        update.CommandText = "UPDATE stretches SET operations = $0 WHERE document = (SELECT key FROM documents WHERE id = $1) AND first = $2";
        update.Parameters.AddRange([new SqliteParameter("$0", to.Operations.ToArray()), new SqliteParameter("$1", document.Value), new SqliteParameter("$2", first)]);
        Assert.Equal(1, update.ExecuteNonQuery());
    }

    /// <summary>How many operations the tables have.</summary>
    public static long Count(SqliteConnection tables) => (long)SqliteSchema.Scalar(tables, "SELECT coalesce(sum(last - first + 1), 0) FROM stretches")!;

    private static (long First, byte[] Operations) Stretch(SqliteConnection connection, DocumentId document, long revision)
    {
        using var query = connection.CreateCommand();
        query.CommandText = "SELECT first, operations FROM stretches JOIN documents ON document = key WHERE id = $0 AND $1 BETWEEN first AND last";
        query.Parameters.AddRange([new SqliteParameter("$0", document.Value), new SqliteParameter("$1", revision)]);
        using var row = query.ExecuteReader();
        Assert.True(row.Read(), $"Operation {revision} of document {document} is not in the tables of {connection.DataSource}.");
        return (row.GetInt64(0), row.GetFieldValue<byte[]>(1));
    }
}

internal sealed record StoredOperation(JournalRecord Record, uint Checksum);
