using System.Runtime.CompilerServices;
using Collab.Operations.RichText;

namespace Collab.Operations.Ropes;

/// <summary>Walks the runs of a range of a rope, leaf by leaf, without allocating.</summary>
internal ref struct RunCursor
{
    private Path _path;
    private int _depth;
    private int _skip;
    private int _remaining;
    private Leaf? _leaf;
    private int _start;

    public RunCursor(Node? root, int start, int length)
    {
        _skip = start;
        _remaining = length;
        if (root is not null) _path[_depth++] = root;
    }

    /// <summary>Code units of the current run; 1 for an embed.</summary>
    public int Length { get; private set; }

    public readonly ReadOnlySpan<char> Text => _leaf!.Embed is null ? _leaf.Text.AsSpan(_start, Length) : default;

    public readonly Embed? Embed => _leaf!.Embed;

    public readonly Attributes? Attributes => _leaf!.Attributes;

    public bool MoveNext()
    {
        while (_depth > 0 && _remaining > 0)
        {
            var node = _path[--_depth];
            if (_skip >= node.Length)
            {
                _skip -= node.Length;
            }
            else if (node is Branch branch)
            {
                _path[_depth++] = branch.Right;
                _path[_depth++] = branch.Left;
            }
            else
            {
                _leaf = (Leaf)node;
                _start = _skip;
                Length = Math.Min(_leaf.Length - _start, _remaining);
                _skip = 0;
                _remaining -= Length;
                return true;
            }
        }

        return false;
    }

    public static List<Leaf> Leaves(Node? root)
    {
        var leaves = new List<Leaf>();
        var runs = new RunCursor(root, 0, root?.Length ?? 0);
        while (runs.MoveNext()) leaves.Add(runs._leaf!);
        return leaves;
    }

    // An AVL tree of two billion leaves is 45 high; the walk keeps one node for each level and one more.
    [InlineArray(48)]
    private struct Path
    {
        private Node _first;
    }
}
