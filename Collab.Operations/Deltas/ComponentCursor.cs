namespace Collab.Operations.Deltas;

/// <summary>Walks the components of a delta in pieces of any length.</summary>
internal ref struct ComponentCursor(ReadOnlySpan<Component> components)
{
    private readonly ReadOnlySpan<Component> _components = components;
    private int _index;
    private int _used;

    public readonly bool AtEnd => _index == _components.Length;

    public readonly ref readonly Component Current => ref _components[_index];

    /// <summary>What is left of the current component.</summary>
    public readonly int Remaining => _components[_index].Length - _used;

    public readonly bool AtInsert => _index < _components.Length && _components[_index].Kind == ComponentKind.Insert;

    /// <summary>Whether a part of a delete is consumed and a part is not: what stands here stands strictly inside the deleted range.</summary>
    public readonly bool InsideDelete => _used > 0 && _components[_index].Kind == ComponentKind.Delete;

    /// <summary>Whether the component after the current one is an insert.</summary>
    public readonly bool InsertFollows => _index + 1 < _components.Length && _components[_index + 1].Kind == ComponentKind.Insert;

    /// <summary>The next <paramref name="length"/> of the current component, not consumed.</summary>
    public readonly Component Peek(int length) => _components[_index].Slice(_used, length);

    public void Advance(int length)
    {
        _used += length;
        if (_used == _components[_index].Length)
        {
            _index++;
            _used = 0;
        }
    }

    public void AdvanceComponent()
    {
        _index++;
        _used = 0;
    }
}
