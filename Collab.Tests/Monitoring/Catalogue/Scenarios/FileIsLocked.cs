using System.Net;
using Collab.Tests.EndToEnd;
using Microsoft.Data.Sqlite;

namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>Somebody else holds SQLite's lock for writing.</summary>
internal sealed class FileIsLocked(ServerProcess server) : Scenario
{
    public override IEnumerable<Move> Moves =>
    [
        Move.AtLeast("collab_store_errors_total{store=\"sqlite\",error_type=\"busy\"}", 1),
        Move.AtLeast("collab_log_batches_total{store=\"sqlite\",status=\"failed\"}", 1),
        Move.AtLeast("collab_log_batches_total{store=\"sqlite\",status=\"durable\"}", 1),
    ];

    public override bool PutsOff => true;

    public override async Task HappenAsync(Stage stage)
    {
        string document = await stage.CreateAsync();
        using (var connection = new SqliteConnection($"Data Source={server.Database};Pooling=False"))
        {
            connection.Open();
            using var begin = connection.CreateCommand();
            begin.CommandText = "BEGIN IMMEDIATE";
            begin.ExecuteNonQuery();
            await Eventually.IsTrue(
                async () =>
                {
                    Assert.Equal(HttpStatusCode.ServiceUnavailable, (await stage.SubmitOnceAsync(document, "a", 1, 0, "x")).Status);
                    var now = await stage.ScrapeAsync();
                    return ((string[])["collab_log_batches_total{status=\"failed\"}", "collab_store_errors_total{error_type=\"busy\"}"]).All(series => now.Sum(series) > stage.Before.Sum(series));
                },
                "the log has failed");
        }

        await stage.WriteAsync(document, "a", 1, 0, "x");
    }
}
