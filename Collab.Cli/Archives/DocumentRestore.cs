using Collab.Contracts.Documents;
using Collab.Grains.Documents;
using Collab.Grains.Log;
using Collab.Operations;

namespace Collab.Cli.Archives;

/// <summary>Puts one document's operations into a log: those that are there already have to be the same, the rest is appended.</summary>
internal sealed class DocumentRestore
{
    private const int BatchOperations = 1_000;
    private const long BatchBytes = 2 << 20;
    private static readonly long MilestoneOperations = new DocumentOptions().SnapshotMilestoneOperations;

    private readonly IOperationLog _log;
    private readonly DocumentDescription _there;
    private readonly List<LogRecord> _batch = [];
    private readonly bool _isNew;
    private long _batchBytes;
    private long _epoch;
    private bool _hasAppended;

    private DocumentRestore(IOperationLog log, DocumentDescription there, bool isNew) => (_log, _there, _isNew) = (log, there, isNew);

    /// <summary>Why the document is left alone, or null.</summary>
    public string? Refusal { get; private set; }

    public bool IsChanged => Refusal is null && (_isNew || _hasAppended);

    public bool IsSame => Refusal is null && !IsChanged;

    public static async Task<DocumentRestore> BeginAsync(IOperationLog log, DocumentDescription archived, LogStart? start, CancellationToken cancellation)
    {
        var (there, isNew) = await log.CreateAsync(
            archived.Id, new NewDocument(archived.Kind, archived.Policy, archived.Title), archived.CreatedAt, start, cancellation);
        var restore = new DocumentRestore(log, there, isNew);
        if (there.Kind != archived.Kind || there.Policy != archived.Policy)
            restore.Refusal = $"Document {archived.Id} is there already, with kind {there.Kind} and policy {there.Policy}; the archive's is left out.";
        else if (there.Start > archived.Revision || there.Revision < archived.Start)
            restore.Refusal = $"Document {archived.Id} is there already, with revisions {there.Start} to {there.Revision}; the archive's {archived.Start} to {archived.Revision} don't meet them.";
        return restore;
    }

    public async Task AddAsync(LogRecord record, CancellationToken cancellation)
    {
        // What the log has given up can't be compared.
        if (Refusal is not null || record.Revision <= _there.Start)
            return;
        _batch.Add(record);
        _batchBytes += record.Encoded.Length;
        if (_batch.Count >= BatchOperations || _batchBytes >= BatchBytes)
            await FlushAsync(cancellation);
    }

    /// <param name="content">At the archive's last revision.</param>
    public async Task FinishAsync(IContent content, CancellationToken cancellation)
    {
        await FlushAsync(cancellation);
        if (!IsChanged || await _log.DescribeAsync(_there.Id, cancellation) is not { Revision.Value: > 0 } now)
            return;
        // So that its first reader need not wait for a replay.
        await _log.WriteSnapshotAsync(_there.Id, new LogSnapshot(now.Revision, content.Hash(), SnapshotKeeper.Encode(content), DateTimeOffset.UtcNow), MilestoneOperations, cancellation);
    }

    private async Task FlushAsync(CancellationToken cancellation)
    {
        if (_batch.Count == 0 || Refusal is not null)
            return;
        // What is there is compared without taking the document over from a server that has it open.
        if (_batch[^1].Revision > _there.Revision && _epoch == 0)
            _epoch = (await _log.OpenAsync(_there.Id, cancellation))!.Epoch;
        var append = new LogAppend(_there.Id, _epoch, [.. _batch], OperationEncoding.ReadTime(_batch[^1].Encoded));
        var outcome = (await _log.AppendAsync([append], cancellation))[0];
        if (outcome == AppendOutcome.Durable)
            _hasAppended |= _batch[^1].Revision > _there.Revision;
        else
            Refusal = $"Document {_there.Id} is there already, and its operations {_batch[0].Revision} to {_batch[^1].Revision} are not those of the archive ({outcome}); it is left as it is.";
        _batch.Clear();
        _batchBytes = 0;
    }
}
