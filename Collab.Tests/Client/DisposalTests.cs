using System.Diagnostics;
using Collab.Client;
using Collab.Tests.Web;

namespace Collab.Tests.Client;

/// <summary>A client ends when it is told to, whatever its connection is just doing.</summary>
public sealed class DisposalTests(WebHost host) : IClassFixture<WebHost>
{
    private const int Clients = 200;

    [Fact]
    public async Task A_client_that_is_disposed_while_it_connects_ends()
    {
        // How long connecting takes here and now, so that the others are disposed before, and just when, they are connected.
        long started = Stopwatch.GetTimestamp();
        await using var first = new CollabClient(host.Http.BaseAddress!);
        await Eventually.IsTrue(() => first.IsConnected, "a client is connected");
        var connecting = Stopwatch.GetElapsedTime(started);

        await Parallel.ForEachAsync(Enumerable.Range(0, Clients), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (number, cancellation) =>
        {
            var client = new CollabClient(host.Http.BaseAddress!);
            await Task.Delay(connecting * number / Clients, cancellation);
            await client.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60), cancellation);
        });
    }
}
