namespace Collab.Grains.Documents;

/// <summary>What the authority knows of an admitted session.</summary>
/// <param name="Session">The one object of this name that is kept with its operations: each submission brings its own from another machine.</param>
/// <param name="Lease">Only submissions that carry it count.</param>
/// <param name="Sequence">The newest sequence applied, 0 for none.</param>
/// <param name="Revision">The operation which that is.</param>
/// <param name="SubmittedHash">What was submitted under it.</param>
public readonly record struct SessionMark(SessionId Session, long Lease, string Author, long Sequence, Revision Revision, ulong SubmittedHash);
