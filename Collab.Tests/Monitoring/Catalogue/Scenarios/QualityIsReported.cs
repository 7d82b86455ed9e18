namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>A client says what it measured of its connection: all that can be measured.</summary>
internal sealed class QualityIsReported : Scenario
{
    public override IEnumerable<Move> Moves =>
    [
        Move.By("collab_client_rtt_seconds_count", 1),
        Move.By("collab_client_jitter_seconds_count", 1),
        Move.By("collab_client_propagation_seconds_count", 1),
        Move.By("collab_client_resent_ratio_sum", 0.5),
        Move.By("collab_client_resent_ratio_count", 1),
        Move.By("collab_client_update_rate_sum", 8),
        Move.By("collab_client_update_rate_count", 1),
        Move.By("collab_client_receive_bytes_per_second_sum", 4096),
        Move.By("collab_client_receive_bytes_per_second_count", 1),
        Move.By("collab_websocket_messages_total{type=\"quality\",direction=\"in\"}", 1),
        Move.By("collab_websocket_messages_total{type=\"measured\",direction=\"out\"}", 1),
    ];

    public override async Task HappenAsync(Stage stage)
    {
        string document = await stage.CreateAsync();
        var client = await stage.ConnectAsync();
        await stage.JoinAsync(client, document);
        await client.SendAsync("quality", new { document, sent = 1, rtt = 20, jitter = 3, propagation = 40, resent = 0.5, updateRate = 8, bytesRate = 4096 });
        await client.NextAsync("measured");
    }
}
