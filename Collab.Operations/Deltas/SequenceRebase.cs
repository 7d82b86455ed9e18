using Collab.Operations.Conflicts;

namespace Collab.Operations.Deltas;

/// <summary>Moves one delta over a stretch of history, one by one, and classifies what it meets.</summary>
/// <remarks>
/// One by one, never composed: transform does not distribute over compose. Over "insert xx at 1, delete 0", an insert at 0 lands left
/// of xx; over the composed pair both stand at 0 and the tie rule puts it right of xx. Clients that saw the two apart would diverge.
/// </remarks>
internal static class SequenceRebase
{
    public static Rebased Rebase(IDelta moved, IReadOnlyList<IDelta> over, DeltaForm form)
    {
        ArgumentNullException.ThrowIfNull(over);
        var delta = Require(moved, form);
        if (over.Count == 0) return new Rebased(delta, [], 0);
        if (Require(over[0], form).BaseLength != delta.BaseLength)
            throw new LengthMismatchException(delta.BaseLength, Require(over[0], form).BaseLength);

        // Only the last step's delta is kept, so the steps between write into two builders in turn.
        var conflicts = new ConflictCollector(isListening: true);
        var current = DeltaBuilder.Rent(form);
        DeltaBuilder? next = null;
        var components = delta.Components;
        var length = delta.BaseLength;
        var isMoved = false;
        for (var i = 0; i < over.Count; i++)
        {
            var step = Require(over[i], form);
            if (step.BaseLength != length) throw new LengthMismatchException(step.BaseLength, length);
            length = step.TargetLength;
            if (step.IsIdentity) continue;
            if (conflicts.HasAny) CarryRanges(step, components, form, ref conflicts);
            conflicts.OverIndex = i;
            if (isMoved)
            {
                next ??= new DeltaBuilder(form);
                Transformation.Transform(components, step.Components, TransformOrder.OverFirst, next, ref conflicts);
                current.Clear();
                (current, next) = (next, current);
            }
            else
            {
                Transformation.Transform(components, step.Components, TransformOrder.OverFirst, current, ref conflicts);
            }

            components = current.Components;
            isMoved = true;
        }

        if (isMoved) delta = current.Build();
        current.Return();
        return conflicts.ToRebased(delta);
    }

    // A range found in an earlier step is in coordinates of the document after that step's delta. What comes next, moved over that delta,
    // changes that very document; so the range moves with it, as a selection would.
    private static void CarryRanges(Delta step, ReadOnlySpan<Component> delta, DeltaForm form, ref ConflictCollector conflicts)
    {
        var mirrored = new DeltaBuilder(form);
        Transformation.Transform(step.Components, delta, TransformOrder.DeltaFirst, mirrored);
        conflicts.Carry(mirrored.Components);
    }

    private static Delta Require(IDelta delta, DeltaForm form) => delta is Delta sequence && sequence.Form == form
        ? sequence
        : throw new ArgumentException($"Expected a delta of {form}, got {delta?.GetType().Name ?? "null"}.");
}
