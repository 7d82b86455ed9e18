using Collab.Operations.RichText;

namespace Collab.Operations.Ropes;

/// <summary>
/// A rope: a balanced binary tree (AVL) whose leaves hold runs of text. Nodes never change; an edit copies the path from the root to
/// the leaves it touches and shares everything else. "Nothing" is null.
/// </summary>
internal abstract class Node(int length, byte height)
{
    /// <summary>Code units below; an embed counts 1.</summary>
    public readonly int Length = length;

    /// <summary>0 for a leaf. At most 45 for two billion code units.</summary>
    public readonly byte Height = height;

    /// <summary>Memory below, objects included.</summary>
    public abstract long Bytes { get; }
}

/// <summary>
/// One run: text of at most <see cref="Rope.LeafLimit"/> code units, or one embed; all of it formatted alike. Never begins or ends inside a
/// surrogate pair.
/// </summary>
internal sealed class Leaf : Node
{
    // Leaf object 48, string header 22, its share of the branches 48.
    private const int Overhead = 118;

    public readonly string Text;
    public readonly Embed? Embed;
    public readonly Attributes? Attributes;

    public Leaf(string text, Attributes? attributes)
        : base(text.Length, 0)
    {
        Text = text;
        Attributes = attributes;
    }

    public Leaf(Embed embed, Attributes? attributes)
        : base(1, 0)
    {
        Text = "";
        Embed = embed;
        Attributes = attributes;
    }

    public override long Bytes => Overhead + (2L * (Text.Length + (Embed?.Json.Length ?? 0)));

    /// <summary>Whether the two hold the same sort of thing, formatted alike.</summary>
    public bool IsLike(Leaf other) => Equals(Embed, other.Embed) && Equals(Attributes, other.Attributes);
}

internal sealed class Branch(Node left, Node right)
    : Node(checked(left.Length + right.Length), (byte)(Math.Max(left.Height, right.Height) + 1))
{
    public readonly Node Left = left;
    public readonly Node Right = right;

    public override long Bytes { get; } = left.Bytes + right.Bytes;
}
