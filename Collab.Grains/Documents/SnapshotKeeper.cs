using System.Buffers;
using System.Collections.Immutable;
using Collab.Grains.Log;
using Collab.Observability;
using Collab.Operations;
using Microsoft.Extensions.Logging;

namespace Collab.Grains.Documents;

/// <summary>
/// One document's snapshots in the log. Encoding happens off the grain's turns, on content that is immutable.
/// </summary>
/// <param name="history">What is given up once a snapshot has been kept.</param>
/// <param name="encoding">Where content is encoded; the thread pool by default, the simulation's one thread there.</param>
/// <param name="kept">Hears of each new snapshot that is durable: its revision, and its size in bytes.</param>
public sealed partial class SnapshotKeeper(
    IOperationLog log, DocumentId document, IDocumentKind kind, DocumentOptions options, TimeProvider clock, HistoryRetention history, ILogger<SnapshotKeeper> logger, TaskScheduler? encoding = null, Action<Revision, long>? kept = null)
{
    private Revision _kept;
    private long _bytesSinceKept;
    private Task _keeping = Task.CompletedTask;

    /// <summary>The oldest revision that can be read from.</summary>
    public Revision Start => history.Start;

    /// <summary>Starts from what the document was loaded from; keeps again what was found damaged.</summary>
    public void Begin(LoadedDocument loaded)
    {
        _kept = loaded.Snapshot;
        _keeping = RepairAsync(loaded.Repairs);
        history.Apply(loaded.Authority.Head);
    }

    /// <summary>Counts what became durable, and keeps a snapshot when enough has come since the last.</summary>
    public void OnDurable(Revision revision, IContent content, long bytes)
    {
        _bytesSinceKept += bytes;
        if (_keeping.IsCompleted && (revision - _kept >= options.SnapshotOperations || _bytesSinceKept >= options.SnapshotBytes))
            _keeping = KeepAsync(revision, content, clock.GetUtcNow());
    }

    /// <summary>Keeps a last snapshot before the activation ends, if replaying would take longer than reading it.</summary>
    public async Task CloseAsync(Revision revision, IContent content)
    {
        history.Close();
        await _keeping;
        if (revision - _kept >= Math.Min(100, options.SnapshotOperations))
            await KeepAsync(revision, content, clock.GetUtcNow());
    }

    // At the same revision, so that it replaces the damaged one: a newer one beside it would push out the sound one that the document was loaded from.
    private async Task RepairAsync(ImmutableArray<SnapshotRepair> repairs)
    {
        foreach (var (revision, content, at) in repairs)
            await KeepAsync(revision, content, at);
    }

    private async Task KeepAsync(Revision revision, IContent content, DateTimeOffset at)
    {
        try
        {
            var snapshot = await OffTurn(() => new LogSnapshot(revision, content.Hash(), Encode(content), at));
            await log.WriteSnapshotAsync(document, snapshot, history.MilestoneOperations(revision), CancellationToken.None);
            if (revision > _kept)
            {
                (_kept, _bytesSinceKept) = (revision, 0);
                kept?.Invoke(revision, snapshot.Content.Length);
            }

            DocumentMetrics.Of(kind.Name).SizeBytes.Observe(snapshot.Content.Length);
            history.Apply(revision);
        }
        catch (LogUnavailableException failure)
        {
            // A snapshot only saves time; the next batch tries again.
            ErrorMetrics.Count(ErrorComponent.Snapshot, "not_kept");
            LogNotKept(document, revision, failure.Message);
        }
    }

    private Task<T> OffTurn<T>(Func<T> encode) =>
        Task.Factory.StartNew(encode, CancellationToken.None, TaskCreationOptions.DenyChildAttach, encoding ?? TaskScheduler.Default);

    public static byte[] Encode(IContent content)
    {
        var output = new ArrayBufferWriter<byte>((int)Math.Min(content.Bytes + 16, 1 << 30));
        content.Encode(output);
        return output.WrittenSpan.ToArray();
    }
}
