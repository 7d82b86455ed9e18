using System.Net;
using Collab.Tests.EndToEnd;
using Microsoft.Data.Sqlite;

namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>Somebody else holds SQLite's lock for writing: the commit journal goes on until what is in it can't be brought into the tables.</summary>
internal sealed class FileIsLocked(ServerProcess server) : Scenario
{
    public override IEnumerable<Move> Moves =>
    [
        Move.AtLeast("collab_store_errors_total{store=\"sqlite\",error_type=\"busy\"}", 1),
        Move.AtLeast("collab_log_batches_total{store=\"sqlite\",status=\"failed\"}", 1),
        Move.AtLeast("collab_log_batches_total{store=\"sqlite\",status=\"durable\"}", 1),
        Move.AtLeast("collab_log_apply_duration_seconds_count{status=\"failed\"}", 1),
        Move.AtLeast("collab_log_apply_duration_seconds_count{status=\"applied\"}", 1),
        // All that waited is in the tables; while the lock was held it was more.
        Move.Shows("collab_log_journal_pending_bytes", 0),
    ];

    public override bool PutsOff => true;

    public override async Task HappenAsync(Stage stage)
    {
        string document = await stage.CreateAsync();
        int written = 0;
        using (var connection = new SqliteConnection($"Data Source={server.Database};Pooling=False"))
        {
            connection.Open();
            using var begin = connection.CreateCommand();
            begin.CommandText = "BEGIN IMMEDIATE";
            begin.ExecuteNonQuery();
            await Eventually.IsTrue(
                async () =>
                {
                    bool isTaken = (await stage.SubmitOnceAsync(document, "a", written + 1, written, Letter(written))).Status == HttpStatusCode.OK;
                    if (isTaken)
                        written++;
                    var now = await stage.ScrapeAsync();
                    return !isTaken && now.Sum("collab_log_journal_pending_bytes") > 0 && ((string[])
                        ["collab_log_batches_total{status=\"failed\"}", "collab_store_errors_total{error_type=\"busy\"}", "collab_log_apply_duration_seconds_count{status=\"failed\"}"]).All(series => now.Sum(series) > stage.Before.Sum(series));
                },
                "the log has failed");
        }

        await stage.WriteAsync(document, "a", written + 1, written, Letter(written));
    }

    private static object[] Letter(int at) => at == 0 ? ["x"] : ["x", at];
}
