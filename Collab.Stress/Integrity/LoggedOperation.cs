using Collab.Operations;

namespace Collab.Stress.Integrity;

/// <summary>One operation as the log has it.</summary>
internal readonly record struct LoggedOperation(long Revision, string Session, long Sequence, IDelta Delta);
