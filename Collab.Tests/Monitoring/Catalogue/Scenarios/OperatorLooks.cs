using System.Net;

namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>Operators ask for what is theirs: one with a key, and whoever is on a developer's machine.</summary>
/// <param name="operatorKey">Of a key with <c>IsOperator</c>.</param>
internal sealed class OperatorLooks(string operatorKey) : Scenario
{
    public override IEnumerable<Move> Moves =>
    [
        Move.By("collab_auth_attempts_total{result=\"accepted\",kind=\"operator\"}", 1),
        // That is who scrapes.
        Move.AtLeast("collab_auth_attempts_total{result=\"anonymous\",kind=\"operator\"}", 1),
        Move.Shows("collab_build_info", 1),
        Move.AtLeast("collab_grain_calls_total{grain=\"WebhookDirectoryGrain\",method=\"List\",status=\"ok\"}", 1),
    ];

    public override async Task HappenAsync(Stage stage)
    {
        Assert.Equal(HttpStatusCode.OK, (await stage.SendAsync(HttpMethod.Get, "/operations/load", key: operatorKey)).Status);
        // By whoever is on this machine.
        Assert.Equal(HttpStatusCode.OK, (await stage.SendAsync(HttpMethod.Get, "/operations/webhooks")).Status);
    }
}
