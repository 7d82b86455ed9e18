using Collab.Contracts;
using Collab.Grains.Log;
using Collab.Grains.Log.Sqlite;
using Microsoft.Data.Sqlite;

namespace Collab.Tests.Log;

/// <summary>Logs as older versions of Collab left them.</summary>
internal static class SqliteVersions
{
    // Written down here for good: the program only knows how to leave it behind.
    private const string First = """
        PRAGMA journal_mode = WAL;
        CREATE TABLE documents (
            key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, policy INTEGER NOT NULL, title TEXT NOT NULL,
            created_at INTEGER NOT NULL, modified_at INTEGER NOT NULL, revision INTEGER NOT NULL, epoch INTEGER NOT NULL
        );
        CREATE INDEX documents_by_change ON documents (modified_at, key);
        CREATE TABLE operations (
            document INTEGER NOT NULL, revision INTEGER NOT NULL, session TEXT NOT NULL, sequence INTEGER NOT NULL, hash INTEGER NOT NULL, encoded BLOB NOT NULL,
            PRIMARY KEY (document, revision)
        ) WITHOUT ROWID;
        CREATE UNIQUE INDEX operations_by_session ON operations (document, session, sequence);
        CREATE TABLE snapshots (document INTEGER NOT NULL, revision INTEGER NOT NULL, hash INTEGER NOT NULL, content BLOB NOT NULL, UNIQUE (document, revision));
        PRAGMA user_version = 1;
        """;

    /// <summary>Of the first version: the document <c>old</c> with so many operations, opened once, and a snapshot of the last one.</summary>
    public static void WriteFirst(string path, int operations)
    {
        using var connection = Connect(path);
        SqliteSchema.Execute(connection, First);
        using var transaction = connection.BeginTransaction();
        Execute(connection, "INSERT INTO documents VALUES (1, 'old', 'text', 0, '', 0, 0, $0, 1)", operations);
        foreach (var record in Enumerable.Range(1, operations).Select(revision => Samples.Record(revision)))
        {
            Execute(
                connection, "INSERT INTO operations VALUES (1, $0, $1, $2, $3, $4)",
                record.Revision.Value, record.Session.Value, record.Sequence, unchecked((long)record.SubmittedHash), record.Encoded.ToArray());
        }

        var snapshot = Samples.Snapshot(operations);
        Execute(connection, "INSERT INTO snapshots VALUES (1, $0, $1, $2)", operations, (long)snapshot.ContentHash, snapshot.Content.ToArray());
        transaction.Commit();
    }

    /// <summary>Of the last version that had a row for each operation: documents with their operations, where the first is opened once.</summary>
    /// <param name="change">Changes the tables afterwards.</param>
    public static void WriteFifth(string path, IEnumerable<(DocumentId Document, IEnumerable<LogRecord> Records)> documents, string? change = null)
    {
        using var connection = Connect(path);
        SqliteSchema.MigrateTo(connection, path, 5);
        using var transaction = connection.BeginTransaction();
        foreach (var (document, records) in documents)
        {
            Execute(connection, "INSERT INTO documents (id, kind, policy, title, created_at, modified_at, revision, epoch) VALUES ($0, 'text', 0, '', 0, 0, 0, 1)", document.Value);
            foreach (var record in records)
            {
                Execute(
                    connection, "INSERT INTO operations SELECT key, $0, $1, $2, $3, $4, $5 FROM documents WHERE id = $6; UPDATE documents SET revision = $0 WHERE id = $6",
                    record.Revision.Value, record.Session.Value, record.Sequence, unchecked((long)record.SubmittedHash), record.Encoded.ToArray(), (long)LogChecksum.Of(document, record), document.Value);
            }
        }

        if (change is not null)
            Execute(connection, change);
        transaction.Commit();
    }

    private static SqliteConnection Connect(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql, params object[] values)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++)
            command.Parameters.AddWithValue($"${i}", values[i]);
        command.ExecuteNonQuery();
    }
}
