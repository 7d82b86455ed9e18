namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>Somebody joins and does nothing for as long as the server puts up with.</summary>
internal sealed class PersonIsIdle : Scenario
{
    public override IEnumerable<Move> Moves =>
    [
        Move.By("collab_sessions_closed_total{reason=\"inactive_timeout\"}", 1),
        Move.By("collab_session_duration_seconds_count{reason=\"inactive_timeout\"}", 1),
    ];

    public override async Task HappenAsync(Stage stage)
    {
        var idle = await stage.ConnectAsync();
        await stage.JoinAsync(idle, await stage.CreateAsync());
        Assert.Equal("inactive_timeout", (await idle.NextAsync("closed")).GetProperty("reason").GetString());
    }
}
