using Collab.Operations.Deltas;
using Collab.Operations.RichText;

namespace Collab.Operations.Ropes;

/// <summary>
/// Applies a delta to a rope in one walk over both: a subtree that is kept is returned as it is, one that is deleted is dropped whole, and
/// only leaves with something in them are rewritten. O(components · log length + what is touched).
/// </summary>
internal ref struct RopeEdit
{
    private ComponentCursor _cursor;

    // Where the walk is in the base, for the message of a refusal.
    private int _position;

    // Formatting a long stretch meets the same attributes leaf after leaf.
    private Attributes? _formatted;
    private Attributes? _change;
    private Attributes? _result;

    private RopeEdit(ReadOnlySpan<Component> components) => _cursor = new ComponentCursor(components);

    /// <summary>The lengths have been compared.</summary>
    public static Node? Apply(Node? root, ReadOnlySpan<Component> components)
    {
        var edit = new RopeEdit(components);
        if (root is not null) return edit.Apply(root, isLast: true);
        var runs = new RunWriter(stackalloc char[RunWriter.Capacity]);
        while (!edit._cursor.AtEnd)
        {
            runs.Append(edit._cursor.Current);
            edit._cursor.AdvanceComponent();
        }

        return runs.Finish();
    }

    /// <param name="node">A part of the base that starts where the cursor stands.</param>
    /// <param name="isLast">
    /// Nothing follows, so what is inserted at its end belongs to it. Otherwise the next node takes that, unless it continues a run.
    /// </param>
    private Node? Apply(Node node, bool isLast)
    {
        if (!_cursor.AtEnd && _cursor.Current.Kind != ComponentKind.Insert && _cursor.Remaining >= node.Length)
        {
            ref readonly var component = ref _cursor.Current;
            var isWhole = component.Kind == ComponentKind.Delete
                || (component.IsPlainRetain && (_cursor.Remaining > node.Length || !_cursor.InsertFollows));
            if (isWhole)
            {
                var kept = component.Kind == ComponentKind.Delete ? null : node;
                _cursor.Advance(node.Length);
                _position += node.Length;
                return kept;
            }
        }

        if (node is Leaf leaf) return Apply(leaf, isLast);
        var branch = (Branch)node;
        var left = Apply(branch.Left, isLast: false);
        var right = Apply(branch.Right, isLast);
        return ReferenceEquals(left, branch.Left) && ReferenceEquals(right, branch.Right) ? branch : Rope.Join(left, right);
    }

    private Node? Apply(Leaf leaf, bool isLast)
    {
        var runs = new RunWriter(stackalloc char[RunWriter.Capacity]);
        var at = 0;
        var isChanged = false;
        while (!_cursor.AtEnd)
        {
            ref readonly var component = ref _cursor.Current;
            if (component.Kind == ComponentKind.Insert)
            {
                if (at == leaf.Length && !isLast && !Continues(leaf, component)) break;
                RequireBoundary(leaf, at);
                runs.Append(component);
                _cursor.AdvanceComponent();
                isChanged = true;
                continue;
            }

            if (at == leaf.Length) break;
            var length = Math.Min(_cursor.Remaining, leaf.Length - at);
            RequireBoundary(leaf, at);
            RequireBoundary(leaf, at + length);
            if (component.Kind == ComponentKind.Retain) runs.Append(leaf, at, length, Format(leaf.Attributes, component.Attributes));
            isChanged |= !component.IsPlainRetain;
            _cursor.Advance(length);
            at += length;
        }

        _position += leaf.Length;
        return isChanged ? runs.Finish() : leaf;
    }

    private static bool Continues(Leaf leaf, in Component insert) =>
        leaf.Embed is null && insert.Embed is null && Equals(leaf.Attributes, insert.Attributes);

    private Attributes? Format(Attributes? formatted, Attributes? change)
    {
        if (change is null) return formatted;
        if (!ReferenceEquals(formatted, _formatted) || !ReferenceEquals(change, _change))
            (_formatted, _change, _result) = (formatted, change, Attributes.Compose(formatted, change, keepNulls: false));
        return _result;
    }

    private readonly void RequireBoundary(Leaf leaf, int at)
    {
        if (WellFormed.PartsPair(leaf.Text, at))
            throw new DeltaFormatException($"Position {_position + at} is inside a surrogate pair; a delta can't cut one in two.");
    }
}
