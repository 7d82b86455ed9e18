namespace Collab.Grains.Log;

/// <summary>What the log knows of a session's operation without reading it: enough to tell a resubmission from something new.</summary>
/// <param name="Revision">What the operation made.</param>
/// <param name="SubmittedHash">See <see cref="LogRecord"/>.</param>
public sealed record AppliedSequence(SessionId Session, long Sequence, Revision Revision, ulong SubmittedHash);
