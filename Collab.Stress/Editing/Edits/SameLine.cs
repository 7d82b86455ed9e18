namespace Collab.Stress.Editing.Edits;

/// <summary>Everybody at one line: inserts at the same few places, deletes that overlap, and in rich text formats on top of each other. Every kind of conflict that there is.</summary>
internal sealed class SameLine(int insertLength, int pasteLength) : EditStyle(insertLength, pasteLength)
{
    private const int Places = 4;

    // Few and always the same for inserts. Anywhere for the rest: with a few authors some stretches always overlap, and some hold another's place of inserting.
    protected override int Place(int length, in Intention intention, int caret) =>
        intention.Kind == EditKind.Insert ? (int)(intention.Place * Places) * length / Places : (int)(intention.Place * (length + 1));

    // The longer the line, the more of it: so it stays about as long, whatever is typed.
    protected override (int Start, int Length) Deleted(int length, in Intention intention, int caret)
    {
        int start = Math.Min(caret, length - 1);
        return (start, Math.Min(length - start, 1 + (int)(intention.Extent * (length / 8.0))));
    }

    protected override int TypedLength(in Intention intention) => InsertLength + (int)(intention.Extent * 3);
}
