using Collab.Operations.Deltas;
using Collab.Operations.RichText;
using Collab.Operations.Ropes;

namespace Collab.Stress.Editing.Edits;

/// <summary>Makes an edit of an intention. Pure.</summary>
/// <param name="insertLength">Code units that an insert has, unless it is a paste.</param>
/// <param name="pasteLength">Code units that a paste has.</param>
internal abstract class EditStyle(int insertLength, int pasteLength)
{
    // From here on a paste takes the place of as much text: otherwise a long run with pastes would come to the longest document that the server allows.
    private const int ReplaceFrom = 256 << 10;

    private static readonly Attributes[] Formats =
    [
        Attributes.Of(("bold", true)), Attributes.Of(("italic", true)), Attributes.Of(("color", "red")), Attributes.Of(("color", "green")), Attributes.Of(("color", "blue")),
    ];

    /// <param name="content">What the client sees.</param>
    /// <param name="caret">Where it stands, which may lie behind the end by now; the edit leaves it where the client is then.</param>
    /// <returns>Never the identity. Null for an intention that is no edit.</returns>
    public Delta? Edit(SequenceContent content, in Intention intention, ref int caret)
    {
        caret = Place(content.Length, intention, Math.Min(caret, content.Length));
        switch (intention.Kind)
        {
            case EditKind.Presence:
                return null;
            case EditKind.Delete when content.Length > 0:
                return Delete(content, intention, ref caret);
            case EditKind.Format when content is { Length: > 0, Form: DeltaForm.RichText }:
                return Format(content, intention, ref caret);
            default:
                // Also where there is nothing to delete or no way to format: every edit is one.
                return Insert(content, intention, ref caret);
        }
    }

    /// <summary>Where it is done.</summary>
    protected abstract int Place(int length, in Intention intention, int caret);

    /// <summary>What is deleted; at least one, within the content.</summary>
    protected abstract (int Start, int Length) Deleted(int length, in Intention intention, int caret);

    /// <summary>The length of what is typed.</summary>
    protected virtual int TypedLength(in Intention intention) => insertLength;

    protected int InsertLength => insertLength;

    private Delta Insert(SequenceContent content, in Intention intention, ref int caret)
    {
        string text = Prose.Of(intention.IsPaste ? pasteLength : TypedLength(intention), intention.Text);
        int start = caret;
        int deleted = intention.IsPaste && content.Length >= ReplaceFrom ? text.Length : 0;
        if (deleted > 0)
            start = Math.Min(start, content.Length - deleted);
        caret = start + text.Length;
        return new DeltaBuilder(content.Form).Retain(start).Insert(text).Delete(deleted).Retain(content.Length - start - deleted).Build();
    }

    private Delta Delete(SequenceContent content, in Intention intention, ref int caret)
    {
        var (start, length) = Deleted(content.Length, intention, caret);
        caret = start;
        return new DeltaBuilder(content.Form).Retain(start).Delete(length).Retain(content.Length - start - length).Build();
    }

    private static Delta Format(SequenceContent content, in Intention intention, ref int caret)
    {
        int start = Math.Min(caret, content.Length - 1);
        int length = Math.Min(content.Length - start, 1 + (int)(intention.Extent * 12));
        caret = start + length;
        return new DeltaBuilder(content.Form).Retain(start).Retain(length, Formats[intention.Text % Formats.Length]).Retain(content.Length - start - length).Build();
    }
}
