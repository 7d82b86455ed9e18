using Collab.Operations.RichText;

namespace Collab.Operations.Ropes;

/// <summary>Building and joining ropes.</summary>
internal static class Rope
{
    /// <summary>
    /// Code units of one leaf at most. A keystroke copies one leaf and one path: small leaves make the copy cheap and the path long.
    /// </summary>
    /// <remarks>
    /// Measured with 128, 256, 512, 1024, replaying the trace <c>sveltecomponent</c> (18 kB in the end): 566, 456, 626, 767 ns and 650, 777, 1092,
    /// 1755 bytes for an edit; a keystroke anywhere in 10 MB: 1090, 1235, 1570, 2291 bytes.
    /// </remarks>
    public const int LeafLimit = 256;

    // New leaves are left room, so that typing into them doesn't split them at once.
    private const int LeafFill = LeafLimit * 3 / 4;

    /// <summary>A rope of one run, however long.</summary>
    public static Node? Build(ReadOnlySpan<char> text, Attributes? attributes)
    {
        if (text.IsEmpty) return null;
        return Build(text, attributes, text.Length <= LeafLimit ? 1 : (text.Length + LeafFill - 1) / LeafFill);
    }

    /// <summary>One rope behind the other. Takes as many steps as their heights differ by.</summary>
    public static Node? Join(Node? left, Node? right)
    {
        if (left is null) return right;
        if (right is null) return left;
        return TryMerge(left, right) ?? Concat(left, right);
    }

    private static Node Build(ReadOnlySpan<char> text, Attributes? attributes, int leaves)
    {
        if (leaves == 1) return new Leaf(text.ToString(), attributes);
        var cut = (int)((long)text.Length * (leaves / 2) / leaves);
        if (WellFormed.PartsPair(text, cut)) cut--;
        return new Branch(Build(text[..cut], attributes, leaves / 2), Build(text[cut..], attributes, leaves - (leaves / 2)));
    }

    // The concatenation of Prokopec's conc-trees ("Conc-Trees for Functional and Parallel Programming", 2015): AVL without rotations, going down
    // the inner edge of the higher tree until the heights fit.
    private static Branch Concat(Node left, Node right)
    {
        var difference = left.Height - right.Height;
        if (difference is >= -1 and <= 1) return new Branch(left, right);
        if (difference > 1)
        {
            var high = (Branch)left;
            if (high.Left.Height >= high.Right.Height) return new Branch(high.Left, Concat(high.Right, right));
            var inner = (Branch)high.Right;
            var joined = Concat(inner.Right, right);
            return joined.Height == high.Height - 3
                ? new Branch(high.Left, new Branch(inner.Left, joined))
                : new Branch(new Branch(high.Left, inner.Left), joined);
        }
        else
        {
            var high = (Branch)right;
            if (high.Right.Height >= high.Left.Height) return new Branch(Concat(left, high.Left), high.Right);
            var inner = (Branch)high.Left;
            var joined = Concat(left, inner.Left);
            return joined.Height == high.Height - 3
                ? new Branch(new Branch(joined, inner.Right), high.Right)
                : new Branch(joined, new Branch(inner.Right, high.Right));
        }
    }

    // Deleting leaves crumbs behind. A leaf that fits into its neighbour goes there, so that a long-edited document doesn't end up as
    // one leaf per word.
    private static Node? TryMerge(Node left, Node right) => (left, right) switch
    {
        (Leaf a, Leaf b) => Merge(a, b),
        (Branch a, Leaf b) => MergeIntoEnd(a, b),
        (Leaf a, Branch b) => MergeIntoStart(a, b),
        _ => null,
    };

    private static Leaf? Merge(Leaf left, Leaf right) =>
        left.Length + right.Length <= LeafLimit && left.Embed is null && right.Embed is null && Equals(left.Attributes, right.Attributes)
            ? new Leaf(left.Text + right.Text, left.Attributes)
            : null;

    private static Node? MergeIntoEnd(Node node, Leaf leaf)
    {
        if (node is not Branch branch) return Merge((Leaf)node, leaf);
        return MergeIntoEnd(branch.Right, leaf) is { } right ? new Branch(branch.Left, right) : null;
    }

    private static Node? MergeIntoStart(Leaf leaf, Node node)
    {
        if (node is not Branch branch) return Merge(leaf, (Leaf)node);
        return MergeIntoStart(leaf, branch.Left) is { } left ? new Branch(left, branch.Right) : null;
    }
}
