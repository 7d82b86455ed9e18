using Microsoft.Data.Sqlite;

namespace Collab.Grains.Log.Sqlite;

/// <summary>Gathers what lies in a row for each operation into stretches.</summary>
internal static class StretchMigration
{
    public static void Run(SqliteConnection connection, SqliteTransaction transaction)
    {
        using (var stretches = new SqliteStretches(connection))
        {
            StretchWriter stretch = new();
            long document = 0;
            foreach (var row in Rows(connection, transaction))
            {
                // A missing operation stays one, and no stretch goes over its document's start.
                var goesOn = row.Key == document && row.Record.Revision == stretch.Last + 1 && stretch.Last != row.Start && !stretch.IsFull;
                if (goesOn && stretch.TryAdd(row.Record, row.Checksum))
                    continue;
                if (!stretch.IsEmpty)
                    stretches.Put(document, stretch);
                stretch.Clear();
                stretch.TryAdd(row.Record, row.Checksum);
                document = row.Key;
            }

            if (!stretch.IsEmpty)
                stretches.Put(document, stretch);
        }

        SqliteSchema.Execute(connection, "DROP TABLE operations", transaction);
    }

    private static IEnumerable<(long Key, long Start, JournalRecord Record, uint Checksum)> Rows(SqliteConnection connection, SqliteTransaction transaction)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = """
            SELECT key, start, id, operations.revision, CAST(session AS BLOB), sequence, hash, encoded, checksum FROM documents JOIN operations ON document = key
            ORDER BY document, operations.revision
            """;
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            JournalRecord record = new(row.GetInt64(3), row.GetFieldValue<byte[]>(4), row.GetInt64(5), row.GetInt64(6), row.GetFieldValue<byte[]>(7));
            // From before there were checksums, it is taken as it is.
            yield return (row.GetInt64(0), row.GetInt64(1), record, row.IsDBNull(8) ? record.Checksum(LogChecksum.Begin(new DocumentId(row.GetString(2)))) : unchecked((uint)row.GetInt64(8)));
        }
    }
}
