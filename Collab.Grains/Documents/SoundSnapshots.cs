using System.Collections.Immutable;
using Collab.Grains.Log;
using Collab.Observability;
using Collab.Operations;
using Microsoft.Extensions.Logging;

namespace Collab.Grains.Documents;

/// <summary>Reads snapshots that are what was written. One that is not is told of, counted, and passed over for the one before it.</summary>
public sealed partial class SoundSnapshots(IOperationLog log, ILogger logger)
{
    /// <summary>The newest sound snapshot at or before a revision; null content if there is none.</summary>
    /// <exception cref="LogUnavailableException">The store can't be reached.</exception>
    public async Task<FoundSnapshot> FindAsync(DocumentId document, IDocumentKind kind, Revision atOrBefore, CancellationToken cancellation)
    {
        var damaged = ImmutableArray.CreateBuilder<SnapshotEntry>();
        while (await ReadAsync(document, atOrBefore, cancellation) is { } snapshot)
        {
            if (Decode(kind, snapshot, out string damage) is { } content)
                return new FoundSnapshot(snapshot.Revision, content, damaged.ToImmutable());
            ErrorMetrics.Count(ErrorComponent.Snapshot, "damaged");
            LogDamaged(document, snapshot.Revision, log.Store, damage);
            damaged.Add(new SnapshotEntry(snapshot.Revision, snapshot.At, snapshot.Content.Length));
            if (snapshot.Revision == Revision.Zero)
                break;
            atOrBefore = snapshot.Revision + -1;
        }

        return new FoundSnapshot(Revision.Zero, null, damaged.ToImmutable());
    }

    // A store that can't even read the row tells which snapshots there are, by an index that is not damaged.
    private async Task<LogSnapshot?> ReadAsync(DocumentId document, Revision atOrBefore, CancellationToken cancellation)
    {
        try
        {
            return await log.ReadSnapshotAsync(document, atOrBefore, cancellation);
        }
        catch (LogUnavailableException failure) when (failure.Fault == LogFault.Corrupt)
        {
            if ((await log.ListSnapshotsAsync(document, cancellation)).LastOrDefault(kept => kept.Revision <= atOrBefore) is not { } unreadable)
                throw;
            return new LogSnapshot(unreadable.Revision, 0, default, unreadable.At) { Damage = failure.Message };
        }
    }

    /// <summary>The snapshot's content, or null and what is wrong with it.</summary>
    public static IContent? Decode(IDocumentKind kind, LogSnapshot snapshot, out string damage)
    {
        damage = snapshot.Damage ?? "";
        if (snapshot.Damage is not null)
            return null;
        try
        {
            var content = kind.DecodeContent(snapshot.Content.Span);
            if (content.Hash() == snapshot.ContentHash)
                return content;
            damage = $"its content has the hash {content.Hash()}, written was {snapshot.ContentHash}";
        }
        catch (DeltaFormatException malformed)
        {
            damage = malformed.Message;
        }

        return null;
    }
}

/// <summary>Where replaying can start.</summary>
/// <param name="Content">Null, and revision 0, when no snapshot is sound or there is none.</param>
/// <param name="Damaged">The newer ones that are not sound, newest first.</param>
public sealed record FoundSnapshot(Revision Revision, IContent? Content, ImmutableArray<SnapshotEntry> Damaged);
