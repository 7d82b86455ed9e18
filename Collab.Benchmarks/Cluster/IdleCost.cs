using System.Net.Http.Json;
using System.Net.WebSockets;
using Collab.Benchmarks.Replay;
using Collab.Tests.Cluster;
using Collab.Tests.EndToEnd;

namespace Collab.Benchmarks.Cluster;

/// <summary>What it costs to have somebody there who does nothing: memory and processor time by role, before and after so many have come.</summary>
internal static class IdleCost
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(15);

    private static readonly byte[] Ping = [.. "{\"type\":6}"u8, 0x1E];

    /// <summary>One web host and one silo; first connections alone, then each of as many joins a document of its own.</summary>
    public static async Task RunAsync(int connections, int documentLength)
    {
        await using var cluster = await LocalCluster.StartAsync(new ClusterPlan(1, ["client"], Settings: ServerProcess.WithoutRates));
        var (host, silo) = (cluster.Hosts[0], cluster.Silos[0]);
        using var http = new HttpClient { BaseAddress = host.Url };

        List<Func<Task>> pings = [];
        using var end = new CancellationTokenSource();
        var pinging = PingAsync(pings, end.Token);

        // The code that will run has run before, so that its memory is not counted.
        List<ReplayClient> warm = await JoinAsync(http, "warm", 50, documentLength);
        Set([.. warm.Select(client => (Func<Task>)client.PingAsync)]);
        Console.WriteLine("| state | web host MiB | silo MiB | web host CPU ms/s | silo CPU ms/s | database CPU ms/s |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        await TellAsync("50 connections in 50 documents");

        List<ClientWebSocket> sockets = [];
        for (int i = 0; i < connections; i++)
            sockets.Add(await ConnectAsync(host.Url));
        Set([.. warm.Select(client => (Func<Task>)client.PingAsync), .. sockets.Select(socket => (Func<Task>)(() => socket.SendAsync(Ping, WebSocketMessageType.Text, true, CancellationToken.None)))]);
        await TellAsync($"{connections} connections more, which have joined nothing");
        Set([.. warm.Select(client => (Func<Task>)client.PingAsync)]);
        sockets.ForEach(socket => socket.Abort());
        await TellAsync("those gone again");

        List<ReplayClient> joined = await JoinAsync(http, "d", connections, documentLength);
        Set([.. warm.Concat(joined).Select(client => (Func<Task>)client.PingAsync)]);
        await TellAsync($"{connections} connections more, each in a document of its own of {documentLength} characters");
        await end.CancelAsync();
        await pinging;
        joined.Concat(warm).ToList().ForEach(client => client.Dispose());

        void Set(IReadOnlyList<Func<Task>> who)
        {
            lock (pings)
            {
                pings.Clear();
                pings.AddRange(who);
            }
        }

        async Task TellAsync(string state)
        {
            await Task.Delay(Settling);
            var machine = new MachineCpu(() => [host.Process.Id], () => [silo.Process.Id], cluster.Postgres.ProcessIds);
            await Task.Delay(Watched);
            var (roles, _, other) = machine.Since();
            Console.WriteLine(FormattableString.Invariant(
                $"| {state} | {host.Process.MemoryBytes / 1048576.0:0.0} | {silo.Process.MemoryBytes / 1048576.0:0.0} | {string.Join(" | ", roles.Select(role => FormattableString.Invariant($"{role.TotalMilliseconds / Watched.TotalSeconds:0.0}")))} |"));
            Console.Error.WriteLine(FormattableString.Invariant($"(other programs used {other / Watched:0.00} cores)"));
        }
    }

    // As every client does, or it would be taken for lost.
    private static async Task PingAsync(List<Func<Task>> pings, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            await Task.Delay(PingInterval, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Func<Task>[] now;
            lock (pings)
                now = [.. pings];
            foreach (var ping in now)
                await ping().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<List<ReplayClient>> JoinAsync(HttpClient http, string name, int count, int length)
    {
        List<ReplayClient> clients = [];
        for (int i = 0; i < count; i++)
        {
            string id = $"{name}-{i}";
            (await http.PostAsJsonAsync("/api/documents", new { id, kind = "text" })).EnsureSuccessStatusCode();
            var fill = new { session = "api-fill", sequence = 1, @base = 0, delta = new object[] { new string('x', length) } };
            (await http.PostAsJsonAsync($"/api/documents/{id}/operations", fill)).EnsureSuccessStatusCode();
            var client = new ReplayClient(http.BaseAddress!, id, [], firstEdit: 0);
            await client.JoinAsync();
            clients.Add(client);
        }

        return clients;
    }

    private static async Task<ClientWebSocket> ConnectAsync(Uri server)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(new Uri(server, "/collab")) { Scheme = "ws" }.Uri, CancellationToken.None);
        await socket.SendAsync("{\"protocol\":\"json\",\"version\":1}\u001E"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        return socket;
    }
}
