using Collab.Operations.Ropes;

namespace Collab.Operations.Deltas;

/// <summary>
/// The change between two contents, by their common start and end. A client uses it to heal: after a snapshot replaced what it had,
/// its editor gets one small edit instead of a new document, and the caret stays.
/// </summary>
internal static class Difference
{
    public static Delta Between(SequenceContent from, SequenceContent to)
    {
        if (ReferenceEquals(from.Root, to.Root)) return Delta.Identity(from.Form, from.Length);
        var before = RunCursor.Leaves(from.Root);
        var after = RunCursor.Leaves(to.Root);
        var start = CommonStart(before, after);
        var end = CommonEnd(before, after, Math.Min(from.Length, to.Length) - start);

        var output = DeltaBuilder.Rent(from.Form);
        if (start > 0) output.PushRetain(start, null);
        var inserted = new RunCursor(to.Root, start, to.Length - start - end);
        while (inserted.MoveNext())
        {
            if (inserted.Embed is not null) output.PushInsert(Component.Insert(inserted.Embed, inserted.Attributes));
            else output.PushInsert(Component.Insert(inserted.Text.ToString(), inserted.Attributes));
        }

        if (from.Length > start + end) output.PushDelete(from.Length - start - end);
        if (end > 0) output.PushRetain(end, null);
        return output.BuildAndReturn();
    }

    private static int CommonStart(List<Leaf> before, List<Leaf> after)
    {
        int total = 0, i = 0, j = 0, usedBefore = 0, usedAfter = 0;
        while (i < before.Count && j < after.Count)
        {
            Leaf a = before[i], b = after[j];
            var length = Math.Min(a.Length - usedBefore, b.Length - usedAfter);
            var common = ReferenceEquals(a, b) && usedBefore == usedAfter ? length
                : !a.IsLike(b) ? 0
                : a.Embed is not null ? 1
                : a.Text.AsSpan(usedBefore, length).CommonPrefixLength(b.Text.AsSpan(usedAfter, length));

            // Two emoji may share their high surrogate; a cut between the halves would be no position.
            if (common > 0 && common < length && char.IsHighSurrogate(a.Text[usedBefore + common - 1])) common--;
            total += common;
            if (common < length) break;
            usedBefore += common;
            usedAfter += common;
            if (usedBefore == a.Length) (i, usedBefore) = (i + 1, 0);
            if (usedAfter == b.Length) (j, usedAfter) = (j + 1, 0);
        }

        return total;
    }

    private static int CommonEnd(List<Leaf> before, List<Leaf> after, int limit)
    {
        int total = 0, i = before.Count - 1, j = after.Count - 1, usedBefore = 0, usedAfter = 0;
        while (i >= 0 && j >= 0 && total < limit)
        {
            Leaf a = before[i], b = after[j];
            var length = Math.Min(limit - total, Math.Min(a.Length - usedBefore, b.Length - usedAfter));
            var common = 0;
            if (a.IsLike(b))
            {
                if (a.Embed is not null) common = 1;
                else
                    while (common < length && a.Text[a.Length - usedBefore - common - 1] == b.Text[b.Length - usedAfter - common - 1]) common++;
            }

            if (common > 0 && a.Embed is null && char.IsLowSurrogate(a.Text[a.Length - usedBefore - common])) common--;
            total += common;
            usedBefore += common;
            usedAfter += common;
            if (common < length || common == 0) break;
            if (usedBefore == a.Length) (i, usedBefore) = (i - 1, 0);
            if (usedAfter == b.Length) (j, usedAfter) = (j - 1, 0);
        }

        return total;
    }
}
