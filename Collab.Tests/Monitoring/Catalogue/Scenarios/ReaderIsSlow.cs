namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>A client takes nothing for a while and is brought up again; another never takes anything, not even answers, and is cut off.</summary>
internal sealed class ReaderIsSlow : Scenario
{
    private const int Size = 100_000;

    public override IEnumerable<Move> Moves =>
    [
        Move.AtLeast("collab_slow_consumers_total{action=\"resynced\"}", 1),
        Move.AtLeast("collab_limit_refusals_total{limit=\"outbox_bytes\"}", 1),
        Move.AtLeast("collab_cache_misses_total{cache=\"host_operations\"}", 1),
        Move.AtLeast("collab_cache_evictions_total{cache=\"host_operations\"}", 1),
        Move.AtLeast("collab_cache_evictions_total{cache=\"operation_window\"}", 1),
    ];

    public override async Task HappenAsync(Stage stage)
    {
        string document = await stage.CreateAsync();
        var slow = await stage.ConnectAsync(receiveBuffer: 16 << 10);
        await stage.JoinAsync(slow, document);
        int head = 0;
        using (await slow.StopReadingAsync())
        {
            // What the sockets on the way hold is the kernel's affair: as much as it takes.
            await Eventually.IsTrue(
                async () =>
                {
                    for (int i = 0; i < 5; i++, head++)
                        await stage.WriteAsync(document, "a", head + 1, head, head == 0 ? [new string('x', Size)] : [new string((char)('a' + (head % 26)), Size), -Size]);
                    return (await stage.ScrapeAsync()).Sum("collab_connection_state{state=\"slow\"}") == 1;
                },
                "the connection's outbox is full");
        }

        // Wherever it is: by operations, or with a snapshot after it was told to come again.
        await Eventually.IsTrue(async () => (await stage.ScrapeAsync()).Sum("collab_connection_state{state=\"slow\"}") == 0, "it is brought up");
    }
}
