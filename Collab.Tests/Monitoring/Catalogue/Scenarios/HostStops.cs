using System.Diagnostics;
using Collab.Tests.EndToEnd;

namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>The host is told to stop, with two connections, one of them in a document. It waits a minute for them, and is asked meanwhile. The last that happens on its server.</summary>
internal sealed class HostStops(ServerProcess server) : Scenario
{
    public override IEnumerable<Move> Moves =>
    [
        Move.AtLeast("collab_sessions_closed_total{reason=\"server_shutdown\"}", 1),
        Move.AtLeast("collab_session_duration_seconds_count{reason=\"server_shutdown\"}", 1),
        Move.AtLeast("collab_connection_closed_total{reason=\"server_shutdown\"}", 1),
    ];

    public override async Task HappenAsync(Stage stage)
    {
        var told = await stage.ConnectAsync();
        await stage.JoinAsync(told, await stage.CreateAsync());
        // The other holds the host up.
        await stage.ConnectAsync();
        using (var term = Process.Start("kill", ["-TERM", $"{server.Process.Id}"]))
            await term.WaitForExitAsync();
        Assert.Equal("server_shutdown", (await told.NextAsync("closed")).GetProperty("reason").GetString());
        await told.DisposeAsync();
    }
}
