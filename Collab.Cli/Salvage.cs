using Collab.Contracts;
using Collab.Grains.Log;

namespace Collab.Cli;

/// <summary>What of a damaged document leads to its newest content that can be had: a stretch of operations without a hole, and what it starts from.</summary>
/// <param name="Start">Null starts from the very beginning.</param>
/// <param name="To">The newest revision that is reached; the head unless the damage lies after every sound snapshot.</param>
internal sealed record Salvage(LogStart? Start, Revision To)
{
    /// <returns>Null if nothing leads anywhere.</returns>
    public static async Task<Salvage?> PlanAsync(DocumentHistory document, CancellationToken cancellation)
    {
        var damaged = await document.FindDamageAsync(cancellation);
        var (sound, _) = await document.ReadSnapshotsAsync(cancellation);
        var (begin, head) = (document.Description.Start, document.Description.Revision);
        var newest = sound.IsEmpty ? begin : sound[^1].Revision;
        // The newest content is what people want back; of the history before it, as much as hangs together.
        var to = damaged.Keys.FirstOrDefault(revision => revision > newest) is { Value: > 0 } hole ? hole + -1 : head;
        var lastHole = damaged.Keys.LastOrDefault(revision => revision <= to);
        var isStartSound = begin == Revision.Zero || sound.Any(snapshot => snapshot.Revision == begin);
        if (lastHole == default && isStartSound)
            return new(document.Start, to);
        return sound.FirstOrDefault(snapshot => snapshot.Revision >= lastHole) is { } start
            ? new(new LogStart(start, [.. await SessionsAsync(document, start.Revision, damaged, cancellation)]), to)
            : null;
    }

    // Of the operations that are left out, each session's newest, where it can be read.
    private static async Task<IEnumerable<AppliedSequence>> SessionsAsync(
        DocumentHistory document, Revision start, SortedDictionary<Revision, string> damaged, CancellationToken cancellation)
    {
        var newest = (document.Start?.Sessions ?? []).ToDictionary(applied => applied.Session);
        var from = document.Description.Start;
        foreach (var hole in damaged.Keys.Where(revision => revision <= start).Append(start.Next))
        {
            await foreach (var record in document.OperationsAsync(from, hole + -1, cancellation))
                newest[record.Session] = record.Applied;
            from = hole;
        }

        return newest.Values.OrderBy(applied => applied.Session.Value, StringComparer.Ordinal);
    }
}
