using System.Collections.Immutable;

namespace Collab.Grains.Log;

/// <summary>What stands for the operations that a document's log does not have any more.</summary>
/// <param name="Snapshot">The content at the start: the oldest revision that can be read from.</param>
/// <param name="Sessions">The newest operation of each session up to there, so that a resubmission is still known as one.</param>
public sealed record LogStart(LogSnapshot Snapshot, ImmutableArray<AppliedSequence> Sessions);
