using System.Net;
using System.Net.Sockets;
using Collab.Client;
using Collab.Tests.EndToEnd;

namespace Collab.Tests.Fanout;

/// <summary>Signals to the real process, at awkward moments.</summary>
public sealed class SignalTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Told_to_stop_while_it_starts_a_server_ends_in_order()
    {
        // A database that takes the call and says nothing keeps the start going.
        using var database = new TcpListener(IPAddress.Loopback, 0);
        database.Start();
        await using var server = new ServerProcess(
            "Collab:Log:Provider=postgresql", $"Collab:Log:ConnectionString=Host=127.0.0.1;Port={((IPEndPoint)database.LocalEndpoint).Port};Username=nobody;Password=none;Database=none");
        server.Launch();
        using var asked = await database.AcceptTcpClientAsync().WaitAsync(Limit);
        Assert.Equal(0, await server.Process.TerminateAsync(Limit));
    }

    [Fact]
    public async Task A_second_signal_cuts_the_drain_short()
    {
        await using var server = await ServerProcess.StartAsync("Collab:Delivery:DrainDelay=00:05:00", "Collab:Delivery:DrainPeriod=00:05:00");
        await using var ada = new CollabClient(server.Url);
        await ada.CreateAsync("d");
        var document = await ada.OpenAsync("d");
        await document.ReplaceAsync(0, 0, "a");

        // The first has been heard when the server says that it goes on serving.
        await Assert.ThrowsAsync<TimeoutException>(() => server.Process.TerminateAsync(TimeSpan.FromMilliseconds(100)));
        await Eventually.IsTrue(() => server.Log.Contains("not ready any more", StringComparison.Ordinal), "the server says that it stops");
        await document.ReplaceAsync(1, 0, "b").WaitAsync(Limit);
        Assert.Equal(0, await server.Process.TerminateAsync(Limit));
    }
}
