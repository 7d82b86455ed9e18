using System.Net.WebSockets;
using Collab.Tests.Web.Security;

namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>Some don't get a connection: with a key that is none, with one connection too many, and without speaking WebSocket.</summary>
/// <param name="key">A caller's that may have two connections.</param>
internal sealed class HandshakesFail(string key) : Scenario
{
    public override IEnumerable<Move> Moves =>
    [
        Move.By("collab_websocket_connections_total{result=\"unauthorized\"}", 1),
        Move.By("collab_websocket_connections_total{result=\"over_limit\"}", 1),
        Move.By("collab_websocket_connections_total{result=\"bad_handshake\"}", 1),
        Move.By("collab_websocket_connections_total{result=\"accepted\"}", 2),
        Move.By("collab_auth_attempts_total{result=\"refused\",kind=\"handshake\"}", 1),
        Move.By("collab_limit_refusals_total{limit=\"connections_per_user\"}", 1),
    ];

    public override async Task HappenAsync(Stage stage)
    {
        await stage.ConnectAsync(key: key);
        await stage.ConnectAsync(key: key);
        await Assert.ThrowsAsync<WebSocketException>(() => stage.ConnectAsync(key: key));
        await Assert.ThrowsAsync<WebSocketException>(() => stage.ConnectAsync(key: Credentials.NewKey()));
        Assert.Equal(400, (int)(await stage.SendAsync(HttpMethod.Get, "/collab")).Status);
    }
}
