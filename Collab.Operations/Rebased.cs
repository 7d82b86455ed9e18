using Collab.Operations.Conflicts;

namespace Collab.Operations;

/// <summary>A delta after it was moved over others, and the conflicts it met on the way.</summary>
/// <param name="Delta">Its base is the target of the last delta that it was moved over.</param>
/// <param name="Conflicts">In the order met; at most <see cref="ConflictsLimit"/>, the first ones.</param>
/// <param name="ConflictsTotal">How many there were, those over the limit included.</param>
public sealed record Rebased(IDelta Delta, IReadOnlyList<DetectedConflict> Conflicts, int ConflictsTotal)
{
    /// <summary>Conflicts kept of one operation: what a reader can take in; the count stays exact.</summary>
    public const int ConflictsLimit = 32;
}
