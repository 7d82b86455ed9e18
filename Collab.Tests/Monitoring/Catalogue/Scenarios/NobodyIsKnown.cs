using System.Net;

namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>Where everybody has to say who they are: one connection never does, and is closed; requests come without a credential.</summary>
internal sealed class NobodyIsKnown : Scenario
{
    public override IEnumerable<Move> Moves =>
    [
        Move.By("collab_auth_attempts_total{result=\"missing\",kind=\"handshake\"}", 1),
        Move.By("collab_auth_attempts_total{result=\"timeout\",kind=\"message\"}", 1),
        Move.By("collab_auth_attempts_total{result=\"missing\",kind=\"request\"}", 1),
        Move.By("collab_auth_attempts_total{result=\"refused\",kind=\"request\"}", 1),
        Move.By("collab_auth_attempts_total{result=\"accepted\",kind=\"request\"}", 1),
    ];

    public override async Task HappenAsync(Stage stage)
    {
        var silent = await stage.ConnectAnonymouslyAsync();
        using var nobody = new HttpClient { BaseAddress = stage.Url };
        using (var answer = await nobody.GetAsync(new Uri("/api/documents", UriKind.Relative)))
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stage.SendAsync(HttpMethod.Get, "/api/documents", key: "no-key-at-all")).Status);
        Assert.Equal(HttpStatusCode.OK, (await stage.SendAsync(HttpMethod.Get, "/api/documents")).Status);
        await Eventually.IsTrue(() => silent.IsClosed, "who says nothing is cut off");
    }
}
