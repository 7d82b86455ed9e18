using System.Net;

namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>Sessions end: somebody leaves, loses the connection, is kicked.</summary>
internal sealed class SessionsEnd : Scenario
{
    public override IEnumerable<Move> Moves =>
    [
        .. ((string[])["normal_close", "transport_failed", "kicked"]).SelectMany(reason => (Move[])
        [
            Move.By($"collab_sessions_closed_total{{reason=\"{reason}\"}}", 1),
            Move.By($"collab_session_duration_seconds_count{{reason=\"{reason}\"}}", 1),
            Move.Rises($"collab_session_duration_seconds_sum{{reason=\"{reason}\"}}"),
        ]),
        Move.By("collab_sessions_total", 3),
        Move.By("collab_active_sessions", 0),
        Move.By("collab_websocket_messages_total{type=\"leave\",direction=\"in\"}", 1),
        Move.By("collab_messages_sent_total{type=\"closed\"}", 1),
        Move.By("collab_activity_events_total{kind=\"session_closed\",outcome=\"appended\"}", 3),
        Move.By("collab_activity_events_total{kind=\"document_closed\",outcome=\"appended\"}", 3),
    ];

    public override async Task HappenAsync(Stage stage)
    {
        var leaver = await stage.ConnectAsync();
        string left = await stage.CreateAsync();
        await stage.JoinAsync(leaver, left);
        await leaver.SendAsync("leave", new { document = left });

        var lost = await stage.ConnectAsync();
        await stage.JoinAsync(lost, await stage.CreateAsync());
        await lost.DisposeAsync();

        var kicked = await stage.ConnectAsync();
        string document = await stage.CreateAsync();
        string session = (await stage.JoinAsync(kicked, document)).GetProperty("session").GetString()!;
        Assert.Equal(HttpStatusCode.NoContent, (await stage.SendAsync(HttpMethod.Delete, $"/api/documents/{document}/sessions/{session}")).Status);
        Assert.Equal("kicked", (await kicked.NextAsync("closed")).GetProperty("reason").GetString());
    }
}
