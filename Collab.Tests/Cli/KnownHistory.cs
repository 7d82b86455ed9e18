using System.Buffers;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Grains.Documents;
using Collab.Grains.Log;
using Collab.Operations;
using Collab.Operations.Deltas;
using Collab.Operations.Ropes;
using Collab.Tests.Log;
using Collab.Tests.Operations;

namespace Collab.Tests.Cli;

/// <summary>A document whose every revision is known: operations out of a seed, and the content after each.</summary>
internal sealed class KnownHistory
{
    private readonly List<LogRecord> _records = [];
    private readonly List<IContent> _contents;

    public KnownHistory(DocumentId id, IDocumentKind kind, int operations, int seed)
    {
        (Id, Kind, _contents) = (id, kind, [kind.Initial]);
        var edits = new RandomEdits(seed, kind.Name == "text" ? DeltaForm.Text : DeltaForm.RichText);
        for (var revision = 1; revision <= operations; revision++)
        {
            var delta = edits.Delta((SequenceContent)_contents[^1]);
            var output = new ArrayBufferWriter<byte>();
            delta.Encode(output);
            var session = new SessionId($"s{revision % 3}");
            var encoded = OperationEncoding.Encode(session, revision, "Ann", Samples.Time.AddSeconds(revision), output.WrittenSpan, []);
            _records.Add(new LogRecord(new Revision(revision), session, revision, (ulong)revision * 0x9E3779B97F4A7C15, encoded));
            _contents.Add(_contents[^1].Apply(delta));
        }
    }

    public DocumentId Id { get; }

    public IDocumentKind Kind { get; }

    public Revision Head => new(_records.Count);

    public IReadOnlyList<LogRecord> Records => _records;

    public IContent At(Revision revision) => _contents[(int)revision.Value];

    public LogSnapshot Snapshot(long revision) =>
        new(new Revision(revision), At(new Revision(revision)).Hash(), SnapshotKeeper.Encode(At(new Revision(revision))), Samples.Time.AddSeconds(revision));

    /// <summary>Puts it into a log, with snapshots at these revisions.</summary>
    public async Task WriteAsync(IOperationLog log, params long[] snapshots)
    {
        await log.CreateAsync(Id, new NewDocument(Kind.Name, ConflictPolicy.Merge, $"Title of {Id} 🦀"), Samples.Time, null, default);
        await log.OpenAsync(Id, default);
        await AppendAsync(log, 0, _records.Count, snapshots);
    }

    public async Task AppendAsync(IOperationLog log, int from, int to, params long[] snapshots)
    {
        foreach (var batch in _records[from..to].Chunk(20))
            Assert.Equal([AppendOutcome.Durable], (await log.AppendAsync([new LogAppend(Id, 1, batch, OperationEncoding.ReadTime(batch[^1].Encoded))], default)).AsEnumerable());
        foreach (var revision in snapshots)
            await log.WriteSnapshotAsync(Id, Snapshot(revision), milestoneOperations: 1, default);
    }
}
