using Collab.Grains.Log;
using Collab.Observability;
using Collab.Operations;
using Microsoft.Extensions.Logging;

namespace Collab.Grains.Documents;

/// <summary>
/// Gives up one document's old history, as the options say: up to the newest kept snapshot that is so many operations behind the head,
/// and so old, as is to be retained.
/// </summary>
/// <remarks>
/// Two snapshots stay at least, and the one that becomes the start is read back and compared before anything goes. Used from the grain's turns, beside its work: the log deletes
/// in pieces with pauses between them, because appends of all documents wait for each. A crash in between leaves operations that nobody can read; they go after the next load.
/// </remarks>
/// <param name="start">Where the document's log begins when it is loaded.</param>
/// <param name="pieceOperations">How many operations are deleted before the next pause.</param>
/// <param name="reading">Where snapshots are read back; the thread pool by default, the simulation's one thread there.</param>
public sealed partial class HistoryRetention(
    IOperationLog log, DocumentId document, IDocumentKind kind, DocumentOptions options, TimeProvider clock, Revision start, ILogger<HistoryRetention> logger, int pieceOperations = 1_000, TaskScheduler? reading = null)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly SoundSnapshots _snapshots = new(log, logger);
    private Task _applying = Task.CompletedTask;
    private bool _isClosed;

    /// <summary>The oldest revision that can be read from.</summary>
    public Revision Start { get; private set; } = start;

    /// <summary>
    /// How far apart snapshots are kept for good. With retention also so close that a cut finds one near where it is wished: within a quarter of the operations to
    /// retain; where a time is given, and nobody knows how many operations that will be, a sixteenth of those there are.
    /// </summary>
    public long MilestoneOperations(Revision head)
    {
        if (options.RetainsAll)
            return options.SnapshotMilestoneOperations;
        long spacing = Math.Max(options.RetainOperations / 4, options.RetainFor > TimeSpan.Zero ? (head - Start) / 16 : 0);
        return Math.Min(options.SnapshotMilestoneOperations, Math.Max(spacing, options.SnapshotOperations));
    }

    /// <summary>Begins to give up what needn't be retained, unless that is under way.</summary>
    /// <param name="durable">The newest durable revision, or one before it.</param>
    public void Apply(Revision durable)
    {
        if (!options.RetainsAll && !_isClosed && _applying.IsCompleted)
            _applying = ApplyAsync(durable);
    }

    /// <summary>Ends with the piece under way.</summary>
    public void Close() => _isClosed = true;

    private async Task ApplyAsync(Revision durable)
    {
        try
        {
            var to = await FindCutAsync(durable) ?? Start;
            bool remains = to > Revision.Zero;
            while (remains && !_isClosed)
            {
                remains = await log.TrimAsync(document, to, pieceOperations, CancellationToken.None);
                Advance(to);
                if (remains)
                    await Task.Delay(Pause, clock);
            }
        }
        catch (Exception failure) when (failure is LogUnavailableException or InvalidOperationException)
        {
            // The next snapshot tries again. An invalid operation: another activation's snapshots have taken the place of the one chosen.
            ErrorMetrics.Count(ErrorComponent.Document, "not_trimmed");
            LogNotTrimmed(document, Start, failure.Message);
        }
    }

    private async Task<Revision?> FindCutAsync(Revision durable)
    {
        var kept = await log.ListSnapshotsAsync(document, CancellationToken.None);
        var now = clock.GetUtcNow();
        // Never the newest: it needs one behind it, for when it is damaged.
        var newest = kept.SkipLast(1).LastOrDefault(snapshot => snapshot.Revision > Start && durable - snapshot.Revision >= options.RetainOperations && IsOldEnough(snapshot.At, now));
        if (newest is null)
            return null;
        var found = await OffTurn(() => _snapshots.FindAsync(document, kind, newest.Revision, CancellationToken.None));
        return found.Content is not null && found.Revision > Start ? found.Revision : null;
    }

    // Snapshots from before times were kept may be of any age.
    private bool IsOldEnough(DateTimeOffset at, DateTimeOffset now) =>
        options.RetainFor == TimeSpan.Zero || (at > DateTimeOffset.UnixEpoch && now - at >= options.RetainFor);

    private void Advance(Revision to)
    {
        if (to <= Start)
            return;
        LogMetrics.TrimmedOperations.WithLabels(log.Store).Inc(to - Start);
        LogTrimmed(document, to, Start);
        Start = to;
    }

    private Task<T> OffTurn<T>(Func<Task<T>> read) =>
        Task.Factory.StartNew(read, CancellationToken.None, TaskCreationOptions.DenyChildAttach, reading ?? TaskScheduler.Default).Unwrap();
}
