using System.Net;
using Collab.Contracts;
using Collab.Tests.EndToEnd;
using Collab.Tests.Log;
using Microsoft.Data.Sqlite;

namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>Somebody changed bytes of the file while the server was down: a snapshot is passed over for an older one, and a document whose operations are not what was written is closed.</summary>
/// <param name="nextLife">Settings that the server has from then on.</param>
internal sealed class SnapshotIsDamaged(ServerProcess server, params string[] nextLife) : Scenario
{
    private const int Operations = 30;

    public override IEnumerable<Move> Moves =>
    [
        Move.AtLeast("collab_errors_total{component=\"snapshot\",code=\"damaged\"}", 1),
        Move.AtLeast("collab_store_errors_total{store=\"sqlite\",error_type=\"corrupt\"}", 1),
        Move.AtLeast("collab_errors_total{component=\"grain\",code=\"unforeseen\"}", 1),
        Move.AtLeast("collab_grain_calls_total{grain=\"ActivityFeedGrain\",status=\"failed\"}", 1),
        Move.AtLeast("collab_unhandled_exceptions_total{component=\"grain\"}", 1),
    ];

    public override async Task HappenAsync(Stage stage)
    {
        string passedOver = await stage.CreateAsync(), closed = await stage.CreateAsync();
        foreach (string document in (string[])[passedOver, closed])
        {
            for (int i = 0; i < Operations; i++)
                await stage.WriteAsync(document, "a", i + 1, i, i == 0 ? ["x"] : ["x", i]);
        }

        await server.Process.TerminateAsync(TimeSpan.FromMinutes(2));
        Execute($"UPDATE activity SET detail = x'78' WHERE document = '{closed}' AND detail IS NOT NULL");
        Execute($"UPDATE snapshots SET hash = hash + 1 WHERE {Of(passedOver)} AND revision = (SELECT max(revision) FROM snapshots WHERE {Of(passedOver)})");
        Execute($"DELETE FROM snapshots WHERE {Of(closed)} AND revision >= {Operations}");
        StoredOperations.Replace(server.Database, new DocumentId(closed), Operations, "\"sequence\"", "\"Sequence\"");
        await server.StartAgainAsync(nextLife);
        await stage.MarkAsync();

        Assert.Equal(HttpStatusCode.OK, (await stage.SendAsync(HttpMethod.Get, $"/api/documents/{passedOver}/content")).Status);
        Assert.Equal("document_damaged", (await stage.SendAsync(HttpMethod.Get, $"/api/documents/{closed}/content")).Reason);
        // What of activity can't be read nobody has foreseen.
        Assert.False((await stage.SendAsync(HttpMethod.Get, $"/api/documents/{closed}/activity")).IsSuccess);
    }

    private static string Of(string document) => $"document = (SELECT key FROM documents WHERE id = '{document}')";

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={server.Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
