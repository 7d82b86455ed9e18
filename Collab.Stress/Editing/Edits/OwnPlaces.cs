namespace Collab.Stress.Editing.Edits;

/// <summary>Everybody writes at a place of their own, letter after letter, and takes back what stands before the caret.</summary>
internal sealed class OwnPlaces(int insertLength, int pasteLength) : EditStyle(insertLength, pasteLength)
{
    // One who only shows the caret has moved it.
    protected override int Place(int length, in Intention intention, int caret) => intention.Moves || intention.Kind == EditKind.Presence ? (int)(intention.Place * (length + 1)) : caret;

    protected override (int Start, int Length) Deleted(int length, in Intention intention, int caret)
    {
        int deleted = Math.Min(InsertLength, length);
        // At the very beginning there is nothing before the caret.
        int start = Math.Max(0, Math.Min(caret, length) - deleted);
        return (start, deleted);
    }
}
