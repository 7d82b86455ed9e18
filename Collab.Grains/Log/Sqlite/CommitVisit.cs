using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Collab.Grains.Log.Sqlite;

/// <summary>Whoever reads a database without owning it must not miss what is acknowledged and only in the commit journal.</summary>
internal static class CommitVisit
{
    // The owner brings in what is CommitSettings.ApplyAfter old.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Returns when the tables have all that was acknowledged when it was called. When nobody owns the database, brings it in itself, as the next start would.</summary>
    /// <exception cref="LogUnavailableException">The owner does not get it in, or it can't be brought in.</exception>
    public static void WaitForTables(SqliteConnection connection, string path, LogOptions options)
    {
        using var place = new SqliteHotStatement(connection, "SELECT generation, applied FROM commit_journal");
        var start = Stopwatch.GetTimestamp();
        long? wanted = null;
        while (Missing() is { } missing)
        {
            if (!SqliteFile.IsOwned(path))
            {
                // Nobody who visits accepts damage.
                SqliteOperationLog.Open(new LogOptions { Path = options.Path }, NullLogger<SqliteOperationLog>.Instance).Dispose();
                return;
            }

            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new LogUnavailableException(
                    $"{path} lacks {missing} commits that are acknowledged in its commit journal, and the process that owns it has not brought them in for {Patience.TotalSeconds} s: look at its log, or stop it.",
                    fault: LogFault.Busy);
            }

            Thread.Sleep(Pause);
        }

        long? Missing()
        {
            var (generation, applied) = place.Read() ?? (0, 0);
            if (wanted is null)
            {
                var (commits, damage) = CommitFiles.Read(path, generation, applied);
                // A running owner may have written over what it had brought in between the two looks. Without one, opening says what is wrong.
                if (damage is not null)
                    return 1;
                wanted = commits.Count == 0 ? 0 : commits[^1].Number;
            }

            // A new generation begins when the tables have all of the one before: the number goes on.
            return wanted > applied ? wanted - applied : null;
        }
    }
}
