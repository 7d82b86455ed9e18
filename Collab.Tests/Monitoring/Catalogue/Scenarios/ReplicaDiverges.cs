namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>A client has its content compared with the document's, and once it is another.</summary>
internal sealed class ReplicaDiverges : Scenario
{
    public override IEnumerable<Move> Moves =>
    [
        Move.By("collab_content_checks_total{result=\"match\"}", 1),
        Move.By("collab_content_checks_total{result=\"mismatch\"}", 1),
        Move.By("collab_websocket_messages_total{type=\"check\",direction=\"in\"}", 2),
        Move.By("collab_messages_sent_total{type=\"refused\"}", 1),
    ];

    public override async Task HappenAsync(Stage stage)
    {
        string document = await stage.CreateAsync();
        await stage.WriteAsync(document, "a", 1, 0, "abc");
        long hash = (await stage.SendAsync(HttpMethod.Get, $"/api/documents/{document}/content")).Json.GetProperty("hash").GetInt64();
        var client = await stage.ConnectAsync();
        await stage.JoinAsync(client, document);
        await client.SendAsync("check", new { document, revision = 1, hash });
        await client.SendAsync("check", new { document, revision = 1, hash = hash ^ 1 });
        Assert.Equal("content_mismatch", (await client.NextAsync("refused")).GetProperty("reason").GetString());
    }
}
