using Collab.Client;
using Collab.Operations.Deltas;
using Collab.Tests.Hostile;
using static Collab.Tests.Hostile.RawClient;

namespace Collab.Benchmarks.Fairness;

/// <summary>Something loud.</summary>
/// <param name="Make">Makes it until it is cancelled, and tells how much of it there was.</param>
internal sealed record Noise(string Name, Func<Uri, CancellationToken, Task<string>> Make)
{
    /// <summary>Where it is made.</summary>
    public const string Document = "noisy";

    private const int LargeLength = 100_000;

    public static IReadOnlyList<Noise> All { get; } =
    [
        new("none", async (_, over) =>
        {
            await Task.Delay(Timeout.Infinite, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return "–";
        }),
        new("one client, operations of 100 kB as fast as it can", LargeOperationsAsync),
        new("one client, ten messages at a time as fast as it can", MessagesAsync),
        new("a document with sixteen who type as fast as they can", TypistsAsync),
        new("ten readers that take nothing of a document of 2 MB that changes", SlowReadersAsync),
        new("connections in a loop, eight at a time", ConnectionsAsync),
    ];

    private static async Task<string> LargeOperationsAsync(Uri server, CancellationToken over)
    {
        await using var client = new CollabClient(server);
        var document = await client.OpenAsync(Document, over);
        string text = new('y', LargeLength);
        int count = 0;
        while (!over.IsCancellationRequested)
        {
            // In and out again, so that the document stays what it is.
            await document.EditAsync(content => new DeltaBuilder(DeltaForm.Text).Insert(text).Retain(content.Length).Build(), CancellationToken.None);
            await document.EditAsync(content => new DeltaBuilder(DeltaForm.Text).Delete(LargeLength).Retain(content.Length - LargeLength).Build(), CancellationToken.None);
            count += 2;
        }

        return $"{count} operations";
    }

    private static async Task<string> MessagesAsync(Uri server, CancellationToken over)
    {
        await using var client = await OpenAsync(server);
        string message = Invoke("presence", $$$"""{"document":"{{{Document}}}","revision":0,"state":{"a":"{{{new string('x', 500)}}}"}}""") + '\u001e';
        byte[] ten = Frame(System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(message, 10))));
        long count = 0;
        // What the server does not take now it takes later; the socket waits with it.
        while (!over.IsCancellationRequested && await client.TrySendAsync(ten).WaitAsync(over).ContinueWith(sent => sent.IsCompletedSuccessfully && sent.Result, TaskScheduler.Default))
            count += 10;
        return $"{count} messages";
    }

    private static async Task<string> TypistsAsync(Uri server, CancellationToken over)
    {
        int count = 0;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            await using var client = new CollabClient(server);
            var document = await client.OpenAsync(Document);
            while (!over.IsCancellationRequested)
            {
                await document.EditAsync(content => new DeltaBuilder(DeltaForm.Text).Insert("y").Retain(content.Length).Build(), CancellationToken.None);
                Interlocked.Increment(ref count);
            }
        }));
        return $"{count} operations";
    }

    private static async Task<string> SlowReadersAsync(Uri server, CancellationToken over)
    {
        await using var client = new CollabClient(server);
        var document = await client.OpenAsync(Document, over);
        string text = new('y', 20 * LargeLength / 5);
        for (int i = 0; i < 5; i++)
            await document.EditAsync(content => new DeltaBuilder(DeltaForm.Text).Insert(text).Retain(content.Length).Build(), CancellationToken.None);
        var readers = new List<RawClient>();
        for (int i = 0; i < 10; i++)
        {
            readers.Add(await OpenAsync(server, listens: false));
            await readers[^1].SayAsync(Invoke("join", $$"""{"document":"{{Document}}","version":1}"""));
        }

        int count = 0;
        for (; !over.IsCancellationRequested; count++)
        {
            await document.EditAsync(content => new DeltaBuilder(DeltaForm.Text).Insert(new string('z', 10_000)).Retain(content.Length).Build(), CancellationToken.None);
            await Task.Delay(50, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        foreach (var reader in readers)
            await reader.DisposeAsync();
        return $"{count} operations of 10 kB";
    }

    private static async Task<string> ConnectionsAsync(Uri server, CancellationToken over)
    {
        int count = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            while (!over.IsCancellationRequested)
            {
                await using var client = await OpenAsync(server);
                Interlocked.Increment(ref count);
            }
        }));
        return $"{count} connections";
    }
}
