namespace Collab.Stress.Editing.Edits;

/// <summary>What somebody does to a document.</summary>
internal enum EditKind
{
    Insert,

    Delete,

    /// <summary>Bold, or a colour, over a stretch: in rich text.</summary>
    Format,

    /// <summary>No edit: the caret goes elsewhere, and is shown to the others.</summary>
    Presence,
}
