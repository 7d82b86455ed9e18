using System.Collections.Immutable;
using System.Security.Cryptography;
using Collab.Contracts.Documents;
using Collab.Grains.Documents;
using Collab.Grains.Log;
using Collab.Operations;

namespace Collab.Cli.Archives;

/// <summary>A document on its way out of an archive: checks that its lines are in order, lead to the content that the end names, and are those that were written.</summary>
internal sealed class ArchivedDocument : IDisposable
{
    private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ImmutableArray<AppliedSequence>.Builder _sessions = ImmutableArray.CreateBuilder<AppliedSequence>();
    private readonly IDocumentKind _kind;
    private LogSnapshot? _start;
    private ContentReplay? _replay;

    public ArchivedDocument(DocumentDescription description, ReadOnlyMemory<byte> line, long number)
    {
        (Description, Line) = (description, number);
        _kind = DocumentKinds.Find(description.Kind) ?? throw new ArchiveFormatException(number, $"there is no document kind {description.Kind}.");
        _digest.AppendData(line.Span);
    }

    public DocumentDescription Description { get; }

    /// <summary>The line on which it begins.</summary>
    public long Line { get; }

    public LogStart? Start => _start is { } snapshot ? new LogStart(snapshot, _sessions.ToImmutable()) : null;

    public IContent Content => Replay(0).Content;

    /// <exception cref="ArchiveFormatException">The line has no place here, or does not fit what came before.</exception>
    public void Add(ArchiveLine parsed, ReadOnlyMemory<byte> line, long number)
    {
        _digest.AppendData(line.Span);
        switch (parsed)
        {
            case ArchiveLine.Start start when _start is null && _replay is null && start.Snapshot.Revision == Description.Start:
                _start = start.Snapshot;
                break;
            case ArchiveLine.Session session when _start is not null && _replay is null:
                _sessions.Add(session.Applied);
                break;
            case ArchiveLine.Operation operation:
                Apply(operation.Record, number);
                break;
            default:
                throw new ArchiveFormatException(number, $"it has no place there in document {Description.Id}.");
        }
    }

    /// <exception cref="ArchiveFormatException">The lines are not those that were written.</exception>
    public void Finish(ArchiveLine.End end, long number)
    {
        var replay = Replay(number);
        if (end.Id != Description.Id || end.Revision != Description.Revision || replay.Revision != end.Revision)
            throw new ArchiveFormatException(number, $"document {Description.Id} ends at revision {replay.Revision}; {Description.Revision} was announced, and the end names {end.Id} at {end.Revision}.");
        var digest = Convert.ToHexStringLower(_digest.GetHashAndReset());
        if (digest != end.Digest)
            throw new ArchiveFormatException(number, $"the lines of document {Description.Id} were changed: their SHA-256 is {digest}, {end.Digest} was written.");
        if (replay.Content.Hash() is var hash && hash != end.ContentHash)
            throw new ArchiveFormatException(number, $"document {Description.Id} leads to a content with hash {hash} instead of {end.ContentHash}.");
    }

    public void Dispose() => _digest.Dispose();

    private void Apply(LogRecord record, long number)
    {
        try
        {
            Replay(number).Apply(record);
        }
        catch (LogUnavailableException failure)
        {
            throw new ArchiveFormatException(number, failure.Message, failure);
        }
    }

    private ContentReplay Replay(long number)
    {
        if (_replay is not null)
            return _replay;
        if (_start is null && Description.Start.Value > 0)
            throw new ArchiveFormatException(number, $"document {Description.Id} begins at revision {Description.Start}, and there is no start line.");
        return _replay = new ContentReplay(Description.Id, _kind, Description.Start, _start is { } snapshot ? Decode(snapshot, number) : _kind.Initial);
    }

    private IContent Decode(LogSnapshot snapshot, long number) => SoundSnapshots.Decode(_kind, snapshot, out var damage)
        ?? throw new ArchiveFormatException(number, $"the start of document {Description.Id} is not what was written: {damage}.");
}
