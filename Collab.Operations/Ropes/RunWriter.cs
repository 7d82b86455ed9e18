using Collab.Operations.Deltas;
using Collab.Operations.RichText;

namespace Collab.Operations.Ropes;

/// <summary>Gathers runs into leaves of good size, on the stack until they are full.</summary>
internal ref struct RunWriter(Span<char> buffer)
{
    /// <summary>Two leaves: one that overflows is then split evenly.</summary>
    public const int Capacity = Rope.LeafLimit * 2;

    private readonly Span<char> _buffer = buffer;
    private int _count;
    private Attributes? _attributes;
    private Node? _done;

    public void Append(in Component insert)
    {
        if (insert.Embed is not null) Append(new Leaf(insert.Embed, insert.Attributes));
        else Append(insert.Text, insert.Attributes);
    }

    /// <summary>A part of a leaf, formatted anew.</summary>
    public void Append(Leaf leaf, int start, int length, Attributes? attributes)
    {
        if (leaf.Embed is null) Append(leaf.Text.AsSpan(start, length), attributes);
        else Append(Equals(attributes, leaf.Attributes) ? leaf : new Leaf(leaf.Embed, attributes));
    }

    public Node? Finish()
    {
        Flush();
        return _done;
    }

    private void Append(scoped ReadOnlySpan<char> text, Attributes? attributes)
    {
        if (_count > 0 && (_count + text.Length > _buffer.Length || !Equals(attributes, _attributes))) Flush();
        _attributes = attributes;
        if (text.Length > _buffer.Length)
        {
            _done = Rope.Join(_done, Rope.Build(text, attributes));
            return;
        }

        text.CopyTo(_buffer[_count..]);
        _count += text.Length;
    }

    private void Append(Leaf embed)
    {
        Flush();
        _done = Rope.Join(_done, embed);
    }

    private void Flush()
    {
        if (_count == 0) return;
        _done = Rope.Join(_done, Rope.Build(_buffer[.._count], _attributes));
        _count = 0;
    }
}
