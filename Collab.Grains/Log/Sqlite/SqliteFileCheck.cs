using System.Collections.Immutable;
using Microsoft.Data.Sqlite;

namespace Collab.Grains.Log.Sqlite;

/// <summary>What is wrong with a file as a whole, which no reading of one document would tell.</summary>
internal static class SqliteFileCheck
{
    private const int ProblemsLimit = 20;

    /// <summary>What SQLite finds itself; if that is nothing, where the table of sequences is not what the stretches say.</summary>
    public static ImmutableArray<string> Run(SqliteConnection connection)
    {
        ImmutableArray<string> problems = [.. Integrity(connection)];
        return problems.IsEmpty ? [.. MissingSequences(connection).Take(ProblemsLimit)] : problems;
    }

    private static IEnumerable<string> Integrity(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"PRAGMA integrity_check({ProblemsLimit})";
        using var row = command.ExecuteReader();
        while (row.Read() && row.GetString(0) is var problem && problem != "ok")
            yield return problem;
    }

    private static IEnumerable<string> MissingSequences(SqliteConnection connection)
    {
        using var known = new SqliteStatement(connection, "SELECT 1 FROM sequences WHERE document = $0 AND session = $1 AND sequence = $2 AND revision = $3 AND hash = $4");
        using var stretches = new SqliteStatement(connection, "SELECT id, first, operations, document FROM stretches JOIN documents ON document = key");
        using var row = stretches.Query();
        while (row.Read())
        {
            var document = new DocumentId(row.GetString(0));
            foreach (var (session, newest) in new StretchReader(document, row.GetInt64(1), row.GetFieldValue<byte[]>(2), connection.DataSource).Newest())
            {
                using var found = known.Query(row.GetInt64(3), session.Value, newest.Sequence, newest.Revision, newest.SubmittedHash);
                if (!found.Read())
                    yield return $"session {session} of document {document} is not known to have used sequence {newest.Sequence}, of operation {newest.Revision}";
            }
        }
    }
}
