namespace Collab.Grains.Log;

/// <summary>Content kept so that loading need not replay the whole history.</summary>
/// <param name="ContentHash">The content's own hash; load compares it with what it decoded.</param>
/// <param name="At">When it was taken, to the millisecond.</param>
public sealed record LogSnapshot(Revision Revision, uint ContentHash, ReadOnlyMemory<byte> Content, DateTimeOffset At)
{
    /// <summary>The newest and the one before, which is the fallback when the newest is damaged.</summary>
    internal const int Kept = 2;

    /// <summary>What is wrong with the stored bytes (another length or checksum than was written), or null. A damaged snapshot's content means nothing.</summary>
    public string? Damage { get; init; }

    /// <summary>This snapshot as a store read it, with its damage if it is not what was written.</summary>
    /// <param name="length">Bytes written; null from before lengths and checksums were kept.</param>
    internal LogSnapshot Verified(DocumentId document, long? length, uint? checksum)
    {
        if (length is { } bytes && bytes != Content.Length)
            return this with { Damage = $"it has {Content.Length} bytes, {bytes} were written" };
        return checksum is { } stored && LogChecksum.Of(document, this) != stored ? this with { Damage = "its checksum differs" } : this;
    }

    /// <summary>A snapshot of what the log does not have would survive a crash that its operations don't.</summary>
    /// <param name="head">The document's newest durable revision; null when there is no such document.</param>
    internal static void ThrowIfAhead(DocumentId document, Revision revision, Revision? head)
    {
        if (head is null)
            throw new InvalidOperationException($"Document {document} does not exist; a snapshot at revision {revision} can't be kept.");
        if (revision > head)
            throw new InvalidOperationException($"A snapshot of document {document} at revision {revision} is ahead of the log, which ends at {head}.");
    }
}
