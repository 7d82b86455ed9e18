using Collab.Operations.RichText;

namespace Collab.Operations.Deltas;

/// <summary>Two deltas in a row as one.</summary>
internal static class Composition
{
    public static void Compose(ReadOnlySpan<Component> first, ReadOnlySpan<Component> second, DeltaBuilder output)
    {
        var earlier = new ComponentCursor(first);
        var later = new ComponentCursor(second);
        while (true)
        {
            if (later.AtInsert)
            {
                output.PushInsert(later.Current);
                later.AdvanceComponent();
            }
            else if (!earlier.AtEnd && earlier.Current.Kind == ComponentKind.Delete)
            {
                output.PushDelete(earlier.Current.Length);
                earlier.AdvanceComponent();
            }
            else if (earlier.AtEnd)
            {
                // Lengths were checked: what the first makes is what the second consumes, so both end here.
                return;
            }
            else
            {
                Step(ref earlier, ref later, output);
            }
        }
    }

    private static void Step(ref ComponentCursor earlier, ref ComponentCursor later, DeltaBuilder output)
    {
        var length = Math.Min(earlier.Remaining, later.Remaining);
        ref readonly var change = ref later.Current;
        var isInsert = earlier.Current.Kind == ComponentKind.Insert;
        if (change.Kind == ComponentKind.Delete)
        {
            // Inserted and deleted again: nothing remains.
            if (isInsert) RequireWholePairs(earlier, length);
            else output.PushDelete(length);
        }
        else if (isInsert)
        {
            RequireWholePairs(earlier, length);
            var part = earlier.Peek(length);
            output.PushInsert(change.Attributes is null
                ? part
                : part.WithAttributes(Attributes.Compose(part.Attributes, change.Attributes, keepNulls: false)));
        }
        else
        {
            output.PushRetain(length, Attributes.Compose(earlier.Current.Attributes, change.Attributes, keepNulls: true));
        }

        earlier.Advance(length);
        later.Advance(length);
    }

    private static void RequireWholePairs(in ComponentCursor insert, int length)
    {
        if (length == insert.Remaining) return;
        var rest = insert.Peek(insert.Remaining).Text;
        if (WellFormed.PartsPair(rest, length))
            throw new DeltaFormatException($"The second delta cuts a surrogate pair in two, {length} code units into text that the first inserts.");
    }
}
