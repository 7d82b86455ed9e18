namespace Collab.Grains.Log;

/// <summary>A kept snapshot, without its content.</summary>
/// <param name="At">When it was taken; the start of 1970 where the log is too old to know.</param>
/// <param name="Bytes">Size of the encoded content.</param>
public sealed record SnapshotEntry(Revision Revision, DateTimeOffset At, long Bytes);
