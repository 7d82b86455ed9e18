namespace Collab.Grains.Documents;

/// <summary>What the authority knows of an admitted session.</summary>
/// <param name="Lease">Only submissions that carry it count.</param>
/// <param name="Sequence">The newest sequence applied, 0 for none.</param>
/// <param name="Revision">The operation which that is.</param>
/// <param name="SubmittedHash">What was submitted under it.</param>
public readonly record struct SessionMark(long Lease, string Author, long Sequence, Revision Revision, ulong SubmittedHash);
