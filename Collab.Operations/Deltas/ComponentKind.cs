namespace Collab.Operations.Deltas;

/// <summary>What a component of a delta does.</summary>
public enum ComponentKind
{
    /// <summary>Puts text or an embed where the delta stands; consumes nothing of the base.</summary>
    Insert,

    /// <summary>Keeps code units of the base, and formats them if it has attributes.</summary>
    Retain,

    /// <summary>Takes code units of the base out.</summary>
    Delete,
}
