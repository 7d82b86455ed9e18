using System.Text.RegularExpressions;
using Collab.Tests.EndToEnd;

namespace Collab.Tests.Hostile;

/// <summary>A real server process with quiet people on it, that attacks are made on one after the other.</summary>
internal sealed partial class Victim : IAsyncDisposable
{
    // Over what it needs at rest, after the runtime's own time to give memory back: a leak of what 40 attacks send would be gigabytes.
    private const long MemoryAllowance = 400L << 20;

    private readonly ServerProcess _server;
    private readonly Uri _operations;
    private readonly int _id;
    private readonly long _memoryBefore;

    private Victim(ServerProcess server, Uri operations, Neighbours neighbours, Latency before) =>
        (_server, _operations, _id, _memoryBefore, Neighbours, Before) = (server, operations, server.Process.Id, server.Process.MemoryBytes, neighbours, before);

    public Neighbours Neighbours { get; }

    /// <summary>How quick the neighbours were before anything happened.</summary>
    public Latency Before { get; }

    public long MemoryGrowth => _server.Process.MemoryBytes - _memoryBefore;

    public static async Task<Victim> StartAsync()
    {
        // Requests are made much faster than a caller of the API should: that limit has a test of its own, and here it would hide the others.
        int operations = OwnPort.Take();
        var server = await ServerProcess.StartAsync(
            "environment=Production", "Collab:Access:Anonymous=owner", "Collab:Access:AllowInsecure=true", "Collab:Limits:RestRequestsPerSecond=100000", $"Collab:Operations:Port={operations}");
        var neighbours = await Neighbours.StartAsync(server.Url);
        // The first edits wait for the compiler.
        await neighbours.TakeAsync(200);
        return new Victim(server, new Uri($"http://127.0.0.1:{operations}"), neighbours, await neighbours.TakeAsync(150));
    }

    /// <summary>Makes an attack and looks what became of everything.</summary>
    /// <returns>How quick the neighbours were meanwhile.</returns>
    public async Task<Latency> SufferAsync(Attack attack, int size = 1)
    {
        Neighbours.Forget();
        string heard = await attack.Run(_server.Url, size);
        var during = await Neighbours.TakeAsync();

        Assert.True(_server.Process.IsRunning && _server.Process.Id == _id, $"The server did not survive: {attack.Name}. It wrote:\n{_server.Log}");
        var leak = Leak().Match(heard);
        Assert.False(leak.Success, $"{attack.Name} was told something about the server's insides: {heard[Math.Max(0, leak.Index - 200)..Math.Min(heard.Length, leak.Index + 200)]}");
        var failure = Failure().Match(_server.Log);
        Assert.False(failure.Success, $"{attack.Name} made the server fail: {_server.Log[failure.Index..Math.Min(_server.Log.Length, failure.Index + 3000)]}");
        Assert.DoesNotMatch("HTTP/1.1 50[0246]", heard);
        return during;
    }

    /// <summary>In the end all that was typed is there, connections are gone, and so is the memory.</summary>
    public async Task EndAsync()
    {
        await Neighbours.EndAsync();
        await Eventually.IsTrue(async () => (await Scrape.OfAsync(_operations))["collab_websocket_active_connections"] <= 6);
        await Eventually.IsTrue(() => MemoryGrowth < MemoryAllowance);
    }

    public async ValueTask DisposeAsync()
    {
        await Neighbours.DisposeAsync();
        await _server.DisposeAsync();
    }

    // A stack trace, a type's name, a path.
    [GeneratedRegex(@"   at \w|\bSystem\.[A-Z]|\bMicrosoft\.[A-Z]|\bOrleans\.[A-Z]|\bCollab\.(Web|Grains|Operations|Contracts|Silo)\b|\w+Exception\b|\.cs:line|\.dll\b|/(home|root|work|tmp|usr)/")]
    private static partial Regex Leak();

    [GeneratedRegex("Unhandled exception|^(fail|crit): (Collab|Microsoft)", RegexOptions.Multiline)]
    private static partial Regex Failure();
}
