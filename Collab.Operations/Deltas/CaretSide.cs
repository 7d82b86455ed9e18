namespace Collab.Operations.Deltas;

/// <summary>On which side of text inserted exactly at it a caret ends up.</summary>
public enum CaretSide
{
    /// <summary>The text lands right of the caret: somebody else's edit leaves my caret where it was.</summary>
    BeforeInsert,

    /// <summary>The text pushes the caret: my own typing moves my own caret.</summary>
    AfterInsert,
}
