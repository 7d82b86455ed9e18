using Collab.Operations.Conflicts;

namespace Collab.Operations.Deltas;

/// <summary>Moves deltas and positions over concurrent deltas.</summary>
internal static class Transformation
{
    public static void Transform(ReadOnlySpan<Component> delta, ReadOnlySpan<Component> over, TransformOrder order, DeltaBuilder output)
    {
        var unseen = default(ConflictCollector);
        Transform(delta, over, order, output, ref unseen);
    }

    /// <summary>
    /// Moves <paramref name="delta"/> over <paramref name="over"/>, both in normal form and from one base, and notes where they meet.
    /// </summary>
    public static void Transform(
        ReadOnlySpan<Component> delta, ReadOnlySpan<Component> over, TransformOrder order, DeltaBuilder output, ref ConflictCollector conflicts)
    {
        var moved = new ComponentCursor(delta);
        var other = new ComponentCursor(over);
        var otherInsertedHere = false;
        while (true)
        {
            if (moved.AtInsert && (order == TransformOrder.DeltaFirst || !other.AtInsert))
            {
                ref readonly var insert = ref moved.Current;
                var at = output.TargetLength;
                if (otherInsertedHere) conflicts.Add(ConflictKinds.ConcurrentInsert, ConflictResolution.Ordered, at, insert.Length);
                else if (other.InsideDelete) conflicts.Add(ConflictKinds.InsertIntoDeleted, ConflictResolution.Kept, at, insert.Length);
                output.PushInsert(insert);
                moved.AdvanceComponent();
            }
            else if (other.AtInsert)
            {
                var length = other.Current.Length;
                if (moved.InsideDelete) conflicts.Add(ConflictKinds.InsertIntoDeleted, ConflictResolution.Kept, output.TargetLength, length);
                output.PushRetain(length, null);
                other.AdvanceComponent();
                otherInsertedHere = true;
            }
            else if (moved.AtEnd)
            {
                // Both have the same base length, so both end here.
                return;
            }
            else
            {
                Step(ref moved, ref other, order, output, ref conflicts);
                otherInsertedHere = false;
            }
        }
    }

    public static int TransformPosition(ReadOnlySpan<Component> components, int position, CaretSide side)
    {
        // `at` walks the base, `shifted` is where the position is in the target by what was met so far.
        var at = 0;
        var shifted = position;
        foreach (ref readonly var component in components)
        {
            if (component.Kind == ComponentKind.Insert)
            {
                if (at < position || side == CaretSide.AfterInsert) shifted += component.Length;
                continue;
            }

            if (component.Kind == ComponentKind.Delete) shifted -= Math.Min(component.Length, position - at);
            at += component.Length;
            if (at > position) break;
        }

        return shifted;
    }

    /// <summary>Retain and delete against retain and delete: the four cases that consume the base.</summary>
    private static void Step(
        ref ComponentCursor moved, ref ComponentCursor other, TransformOrder order, DeltaBuilder output, ref ConflictCollector conflicts)
    {
        var length = Math.Min(moved.Remaining, other.Remaining);
        ref readonly var mine = ref moved.Current;
        ref readonly var theirs = ref other.Current;
        var mineDeletes = mine.Kind == ComponentKind.Delete;
        if (theirs.Kind == ComponentKind.Delete)
        {
            if (mineDeletes) conflicts.Add(ConflictKinds.OverlappingDelete, ConflictResolution.Merged, output.TargetLength, 0);
            else if (mine.Attributes is not null) conflicts.Add(ConflictKinds.FormatOnDeleted, ConflictResolution.Dropped, output.TargetLength, 0);
        }
        else if (mineDeletes)
        {
            if (theirs.Attributes is not null) conflicts.Add(ConflictKinds.FormatOnDeleted, ConflictResolution.Overwritten, output.TargetLength, 0);
            output.PushDelete(length);
        }
        else
        {
            var attributes = mine.Attributes;
            if (attributes is not null && theirs.Attributes is not null)
            {
                if (attributes.Meets(theirs.Attributes, out var differs))
                {
                    var resolution = differs ? ConflictResolution.Overwritten : ConflictResolution.Merged;
                    conflicts.Add(ConflictKinds.FormatAgainstFormat, resolution, output.TargetLength, length);
                }

                if (order == TransformOrder.DeltaFirst) attributes = attributes.Without(theirs.Attributes);
            }

            output.PushRetain(length, attributes);
        }

        moved.Advance(length);
        other.Advance(length);
    }
}
