using System.Net.Http.Json;

namespace Collab.Tests.Web;

/// <summary>A client that does not read costs a bounded outbox, delays nobody, and is brought back by the recovery verb.</summary>
public sealed class SlowReaderTests : IAsyncLifetime
{
    // Small limits, so that little traffic overflows them; the grain keeps enough to replay everything.
    private readonly WebHost _host = new(new Dictionary<string, string?>
    {
        ["Collab:Delivery:OutboxBytesLimit"] = $"{256 << 10}",
        ["Collab:Delivery:RecentBytesLimit"] = $"{64 << 10}",
    });

    public Task InitializeAsync() => _host.StartAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task It_delays_nobody_and_ends_equal()
    {
        const int Operations = 400;
        const int Size = 20_000;
        string document = await _host.CreateAsync();
        await using var ann = await _host.ConnectAsync();
        await using var bob = await _host.ConnectAsync();
        await using var slow = await _host.ConnectAsync(receiveBuffer: 16 << 10);
        await ann.JoinAsync(document);
        await bob.JoinAsync(document, "Bob");
        await slow.JoinAsync(document, "Slow");
        double resynced = await _host.MetricAsync("""collab_slow_consumers_total{action="resynced"}""");

        using (await slow.StopReadingAsync())
        {
            for (int i = 0; i < Operations; i++)
            {
                await ann.SubmitAsync(document, i + 1, i, i == 0 ? [new string('x', Size)] : [new string((char)('a' + i % 26), Size), -Size]);
                await Task.WhenAll(ann.OperationsAsync(i, i + 1), bob.OperationsAsync(i, i + 1));
            }

            // Its outbox has overflowed: what it did not take is far more than the limit and the buffers on the way.
            Assert.Equal(1, await _host.MetricAsync("""collab_connection_state{state="slow"}"""));
        }

        var missed = await slow.OperationsAsync(0, Operations);
        Assert.Equal(new string((char)('a' + (Operations - 1) % 26), Size), missed[^1].GetProperty("delta")[0].GetString());
        await Eventually.IsTrue(async () => await _host.MetricAsync("""collab_slow_consumers_total{action="resynced"}""") >= resynced + 1);

        // It is live again: the next operation reaches it like everybody.
        await ann.SubmitAsync(document, Operations + 1, Operations, "end", Size);
        await Task.WhenAll(slow.OperationsAsync(Operations, Operations + 1), bob.OperationsAsync(Operations, Operations + 1));
    }

    /// <summary>Without a limit of its own the framework gives up a write after 10 s, and whoever has a thin line never gets to see a large document.</summary>
    [Fact]
    public async Task A_snapshot_may_take_its_time()
    {
        const int Pieces = 20;
        const int Size = 500_000;
        string document = await _host.CreateAsync();
        for (int i = 0; i < Pieces; i++)
        {
            object[] delta = i == 0 ? [new string('x', Size)] : [i * Size, new string('x', Size)];
            using var answer = await _host.Http.PostAsJsonAsync($"/api/documents/{document}/operations", new { session = "api-writer", sequence = i + 1, @base = i, delta });
            answer.EnsureSuccessStatusCode();
        }

        await using var slow = await _host.ConnectAsync(receiveBuffer: 16 << 10);
        using (await slow.StopReadingAsync())
        {
            await slow.SendAsync("join", new { document, version = 1 });
            // The time itself is what is tested; the framework looks at it once a second.
            await Task.Delay(TimeSpan.FromSeconds(13));
        }

        var joined = await slow.NextAsync("joined");
        Assert.Equal(Pieces * Size, joined.GetProperty("snapshot").GetProperty("content").GetString()!.Length);
    }

    [Fact]
    public async Task One_that_needs_a_snapshot_is_told_to_join_again()
    {
        await using var host = new DisposableHost(new Dictionary<string, string?>
        {
            ["Collab:Delivery:OutboxBytesLimit"] = $"{256 << 10}",
            ["Collab:Delivery:RecentBytesLimit"] = "0",
            ["Collab:Documents:CatchUpOperationsLimit"] = "16",
        });
        await host.Web.StartAsync();
        const int Operations = 400;
        const int Size = 20_000;
        string document = await host.Web.CreateAsync();
        await using var ann = await host.Web.ConnectAsync();
        await using var slow = await host.Web.ConnectAsync(receiveBuffer: 16 << 10);
        await ann.JoinAsync(document);
        var joined = await slow.JoinAsync(document, "Slow");
        using (await slow.StopReadingAsync())
        {
            for (int i = 0; i < Operations; i++)
            {
                await ann.SubmitAsync(document, i + 1, i, i == 0 ? [new string('x', Size)] : [new string('y', Size), -Size]);
                await ann.OperationsAsync(i, i + 1);
            }
        }

        var message = await slow.NextAsync("operations", "refused");
        while (message.GetProperty("target").GetString() == "operations")
            message = await slow.NextAsync("operations", "refused");
        Assert.Equal("slow_consumer", message.GetProperty("reason").GetString());
        Assert.Equal("resync", message.GetProperty("action").GetString());
        var again = await slow.JoinAsync(
            document, "Slow", new { session = joined.GetProperty("session").GetString(), token = joined.GetProperty("token").GetString() });
        Assert.Equal(Size, again.GetProperty("snapshot").GetProperty("content").GetString()!.Length);
    }

    private sealed class DisposableHost(IDictionary<string, string?> settings) : IAsyncDisposable
    {
        public WebHost Web { get; } = new(settings);

        public async ValueTask DisposeAsync() => await Web.DisposeAsync();
    }
}
