namespace Collab.Operations.Conflicts;

/// <summary>Two concurrent operations touched the same place, found while one was moved over the other.</summary>
/// <param name="Kind">The kind's own word out of its closed taxonomy, <c>concurrent_insert</c> for example: wire value and metric label.</param>
/// <param name="Resolution">What became of it.</param>
/// <param name="Start">Where, in the document after the rebased delta is applied; code units from 0.</param>
/// <param name="Length">How much of that document, 0 where nothing is left.</param>
/// <param name="OverIndex">Which of the deltas that it was moved over is the other party; index into the list given to rebase.</param>
public sealed record DetectedConflict(string Kind, ConflictResolution Resolution, int Start, int Length, int OverIndex);

/// <summary>What became of the conflict; where one part prevails, seen from the later operation's.</summary>
public enum ConflictResolution
{
    /// <summary>Both stay, the earlier first.</summary>
    Ordered,

    /// <summary>Both wanted the same; it happens once.</summary>
    Merged,

    /// <summary>What was inserted stays although its surroundings are gone, whichever of the two inserted it.</summary>
    Kept,

    /// <summary>The later part replaces the earlier.</summary>
    Overwritten,

    /// <summary>The later part has nothing left to act on.</summary>
    Dropped,

    /// <summary>The document's policy is strict: the whole later operation was refused.</summary>
    Refused,
}
