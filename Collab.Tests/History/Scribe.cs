using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Grains.Documents;
using Collab.Grains.Log;
using Collab.Operations;
using Collab.Tests.Documents;
using Collab.Tests.Log;
using Microsoft.Extensions.Logging.Abstractions;

namespace Collab.Tests.History;

/// <summary>
/// Writes a document's history into a log, with the real authority and the real keeper of snapshots, and waits for neither network nor grain: a hundred
/// thousand operations in a moment.
/// </summary>
internal sealed class Scribe
{
    private const int BatchOperations = 100;

    private readonly IOperationLog _log;
    private readonly DocumentAuthority _authority;
    private readonly SnapshotKeeper _snapshots;
    private readonly Author _author;
    private readonly long _epoch;
    private readonly DocumentOptions _options;

    private Scribe(IOperationLog log, DocumentDescription document, LoadedDocument loaded, DocumentOptions options, TimeProvider clock)
    {
        _log = log;
        _epoch = document.Epoch;
        _options = options;
        _authority = loaded.Authority;
        History = new HistoryRetention(log, document.Id, Kind, options, clock, document.Start, NullLogger<HistoryRetention>.Instance);
        _snapshots = new SnapshotKeeper(log, document.Id, Kind, options, clock, History, NullLogger<SnapshotKeeper>.Instance);
        _snapshots.Begin(loaded);
        _author = new Author(_authority, $"scribe-{_epoch}");
    }

    public static IDocumentKind Kind { get; } = DocumentKinds.Find("text")!;

    public HistoryRetention History { get; }

    public IContent Content => _authority.Content;

    /// <summary>Takes the document over, as its next activation would.</summary>
    public static async Task<Scribe> OpenAsync(IOperationLog log, DocumentOptions options, TimeProvider? clock = null)
    {
        await log.CreateAsync(Samples.Document, Samples.Text, Samples.Time, null, CancellationToken.None);
        var document = (await log.OpenAsync(Samples.Document, CancellationToken.None))!;
        var loaded = await new DocumentLoader(log, NullLogger<DocumentLoader>.Instance).LoadAsync(document, Kind, options, CancellationToken.None);
        return new Scribe(log, document, loaded, options, clock ?? TimeProvider.System);
    }

    /// <summary>Appends operations that write and delete a character by turns, so that the content stays small.</summary>
    public async Task WriteAsync(int operations)
    {
        for (int written = 0; written < operations; written += BatchOperations)
        {
            var records = Enumerable.Range(0, Math.Min(BatchOperations, operations - written)).Select(_ => Next()).ToList();
            Assert.Equal(AppendOutcome.Durable, (await _log.AppendAsync([new LogAppend(Samples.Document, _epoch, records, Samples.Time)], CancellationToken.None))[0]);
            _snapshots.OnDurable(_authority.Head, _authority.Content, records.Sum(record => (long)record.Encoded.Length));
            await Eventually.IsTrue(IsKeptAsync, "a snapshot is kept");
        }
    }

    // A keeper that is still busy with the last snapshot takes the next when it is asked again, as the next batch would.
    private async Task<bool> IsKeptAsync()
    {
        _snapshots.OnDurable(_authority.Head, _authority.Content, 0);
        var newest = (await _log.ListSnapshotsAsync(Samples.Document, CancellationToken.None)).LastOrDefault()?.Revision ?? Revision.Zero;
        return _authority.Head - newest < _options.SnapshotOperations;
    }

    private LogRecord Next() => _author.Apply(_authority.Head.Value, _authority.Content.Length == 0 ? """["x"]""" : "[-1]").Record;
}
