using Collab.Contracts.Documents;

namespace Collab.Grains.Log;

/// <summary>One operation in the log.</summary>
/// <param name="SubmittedHash">The first 64 bits of the SHA-256 of what was submitted (base and canonical delta): tells a resubmission from another content under the same sequence.</param>
/// <param name="Encoded">The operation object of the protocol, canonical UTF-8 JSON, as pushed and sent.</param>
public sealed record LogRecord(Revision Revision, SessionId Session, long Sequence, ulong SubmittedHash, ReadOnlyMemory<byte> Encoded)
{
    public CommittedOperation Committed => new(Revision, Session, Sequence, Encoded);

    public AppliedSequence Applied => new(Session, Sequence, Revision, SubmittedHash);

    /// <summary>The same operation, byte for byte. (A record's own equality compares which memory it is, not what is in it.)</summary>
    public bool IsSameAs(LogRecord other) =>
        Revision == other.Revision && Session == other.Session && Sequence == other.Sequence && SubmittedHash == other.SubmittedHash
        && Encoded.Span.SequenceEqual(other.Encoded.Span);
}
