using Collab.Contracts.Documents;

namespace Collab.Grains.Log;

/// <summary>One operation in the log.</summary>
/// <param name="Committed">What readers get of it: one object, whoever holds it.</param>
/// <param name="SubmittedHash">The first 64 bits of the SHA-256 of what was submitted (base and canonical delta): tells a resubmission from another content under the same sequence.</param>
public readonly record struct LogRecord(CommittedOperation Committed, ulong SubmittedHash)
{
    /// <param name="encoded">The operation object of the protocol, canonical UTF-8 JSON, as pushed and sent.</param>
    public LogRecord(Revision revision, SessionId session, long sequence, ulong submittedHash, ReadOnlyMemory<byte> encoded)
        : this(new CommittedOperation(revision, session, sequence, encoded), submittedHash)
    {
    }

    public Revision Revision
    {
        get => Committed.Revision;
        init => Committed = Committed with { Revision = value };
    }

    public SessionId Session => Committed.Session;

    public long Sequence => Committed.Sequence;

    public ReadOnlyMemory<byte> Encoded
    {
        get => Committed.Encoded;
        init => Committed = Committed with { Encoded = value };
    }

    public AppliedSequence Applied => new(Session, Sequence, Revision, SubmittedHash);

    /// <summary>The same operation, byte for byte. (A record's own equality compares which memory it is, not what is in it.)</summary>
    public bool IsSameAs(LogRecord other) =>
        Revision == other.Revision && Session == other.Session && Sequence == other.Sequence && SubmittedHash == other.SubmittedHash
        && Encoded.Span.SequenceEqual(other.Encoded.Span);
}
