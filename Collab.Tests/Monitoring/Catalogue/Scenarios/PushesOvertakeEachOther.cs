using Collab.Contracts.Documents;
using Collab.Tests.Fanout;

namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>Pushes to a web host change places on the way, as they do between machines, and so many do that there is no room for all.</summary>
/// <param name="tap">Where they are kept back, and go on in another order.</param>
internal sealed class PushesOvertakeEachOther(PushTap tap) : Scenario
{
    // More than a host keeps of those that came too early.
    private const int Operations = 80;

    public override IEnumerable<Move> Moves =>
    [
        Move.AtLeast("collab_fanout_early_pushes_total{outcome=\"taken\"}", 1),
        Move.AtLeast("collab_fanout_early_pushes_total{outcome=\"turned_away\"}", 1),
    ];

    // What is missing is read after 50 ms, which a busy machine takes for less than this: then there is nothing to be early for, and it is done again.
    public override Task HappenAsync(Stage stage) => Eventually.IsTrue(
        async () =>
        {
            await OvertakeAsync(stage);
            var now = await stage.ScrapeAsync();
            return Moves.All(move => move.IsDone(stage.Before.Sum(move.Series), now.Sum(move.Series)));
        },
        "pushes were taken early, and turned away");

    private async Task OvertakeAsync(Stage stage)
    {
        string document = await stage.CreateAsync();
        var client = await stage.ConnectAsync();
        await stage.JoinAsync(client, document);
        tap.Holds = push => push.Document.Value == document;
        // One after the other, so that each is pushed by itself.
        for (int i = 0; i < Operations; i++)
            await stage.WriteAsync(document, "a", i + 1, i, i == 0 ? ["x"] : ["x", i]);
        await Eventually.IsTrue(() => Held(document).Count == Operations, "every push is kept back");
        tap.Holds = _ => false;
        var held = Held(document);
        // The second before the first; and then the last first, until there is no room.
        await Task.WhenAll(((IEnumerable<(IDocumentSubscriber Host, PushBatch Batch)>)[held[1], held[0], .. held.Skip(2).Reverse()]).Select(early => early.Host.Push(early.Batch)));
        await client.OperationsAsync(0, Operations);
    }

    private List<(IDocumentSubscriber Host, PushBatch Batch)> Held(string document) =>
        [.. tap.Held.Where(held => held.Batch.Document.Value == document).OrderBy(held => held.Batch.Operations[0].Revision.Value)];
}
