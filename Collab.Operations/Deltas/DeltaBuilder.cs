using System.Text;
using Collab.Operations.RichText;

namespace Collab.Operations.Deltas;

/// <summary>
/// Collects components and keeps them in normal form: no component of length zero, neighbours that are alike are one, an insert
/// stands before a delete at the same place. Two deltas that do the same, insert for insert, are then equal component for component.
/// </summary>
/// <remarks>
/// Call <see cref="Retain"/> up to the end of the base: a delta fits exactly one base length, and the builder can't know it otherwise.
/// A builder can be used again after <see cref="Build"/>. It is not safe for use by two threads.
/// </remarks>
public sealed class DeltaBuilder(DeltaForm form)
{
    // A thread's spare builder keeps no more memory than usual edits need, whatever the largest one was.
    private const int JoinedCapacityLimit = 1 << 16;
    private const int SpareComponentsLimit = 1 << 10;

    [ThreadStatic]
    private static DeltaBuilder? _spare;

    private DeltaForm _form = form;
    private Component[] _components = new Component[8];
    private int _count;
    private long _baseLength;
    private long _targetLength;

    // Text of the insert at _joinedIndex while it still grows: joining strings pairwise would be quadratic in a delta of many small inserts.
    private StringBuilder? _joined;
    private int _joinedIndex = -1;

    /// <summary>Code units of the base covered so far.</summary>
    public int BaseLength => (int)_baseLength;

    /// <summary>Code units of the target produced so far.</summary>
    public int TargetLength => (int)_targetLength;

    /// <summary>Components so far, in normal form. Only valid until the next call.</summary>
    internal ReadOnlySpan<Component> Components
    {
        get
        {
            FinishJoin();
            return _components.AsSpan(0, _count);
        }
    }

    /// <summary>Keeps <paramref name="length"/> code units, and formats them if there are attributes. Zero adds nothing.</summary>
    /// <exception cref="DeltaFormatException">The base would be longer than <see cref="int.MaxValue"/>.</exception>
    public DeltaBuilder Retain(int length, Attributes? attributes = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        RequireForm(attributes is null, "attributes");
        if (length > 0) PushRetain(length, attributes);
        return this;
    }

    /// <summary>Inserts text; attributes with the value null say nothing on an insert and are left out. Empty text adds nothing.</summary>
    /// <exception cref="DeltaFormatException">A surrogate in the text stands without its other half.</exception>
    public DeltaBuilder Insert(string text, Attributes? attributes = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        RequireForm(attributes is null, "attributes");
        WellFormed.Require(text);
        if (text.Length > 0) PushInsert(Component.Insert(text, attributes?.WithoutNulls()));
        return this;
    }

    /// <summary>Inserts an embed, of length 1.</summary>
    public DeltaBuilder Insert(Embed embed, Attributes? attributes = null)
    {
        ArgumentNullException.ThrowIfNull(embed);
        RequireForm(false, "embeds");
        PushInsert(Component.Insert(embed, attributes?.WithoutNulls()));
        return this;
    }

    /// <summary>Takes <paramref name="length"/> code units out. Zero adds nothing.</summary>
    /// <exception cref="DeltaFormatException">The base would be longer than <see cref="int.MaxValue"/>.</exception>
    public DeltaBuilder Delete(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (length > 0) PushDelete(length);
        return this;
    }

    /// <summary>The delta; the builder is empty afterwards.</summary>
    public Delta Build()
    {
        FinishJoin();
        var delta = new Delta(_form, _components.AsSpan(0, _count).ToArray(), (int)_baseLength, (int)_targetLength);
        Clear();
        return delta;
    }

    /// <summary>
    /// A builder that this thread keeps for the hot path; give it back with <see cref="Return"/>. One that isn't is merely garbage.
    /// </summary>
    internal static DeltaBuilder Rent(DeltaForm form)
    {
        var builder = _spare ?? new DeltaBuilder(form);
        _spare = null;
        builder._form = form;
        return builder;
    }

    internal void Return()
    {
        Clear();
        if (_components.Length <= SpareComponentsLimit) _spare = this;
    }

    internal Delta BuildAndReturn()
    {
        var delta = Build();
        Return();
        return delta;
    }

    internal void Clear()
    {
        // The strings of a delta long gone would be kept alive otherwise.
        Array.Clear(_components, 0, _count);
        _count = 0;
        _baseLength = _targetLength = 0;
        _joinedIndex = -1;
    }

    internal void PushRetain(int length, Attributes? attributes)
    {
        Grow(ref _baseLength, length);
        Grow(ref _targetLength, length);
        if (_count > 0 && _components[_count - 1] is { Kind: ComponentKind.Retain } last && Equals(last.Attributes, attributes))
            _components[_count - 1] = Component.Retain(last.Length + length, attributes);
        else
            Append(Component.Retain(length, attributes));
    }

    internal void PushDelete(int length)
    {
        Grow(ref _baseLength, length);
        if (_count > 0 && _components[_count - 1] is { Kind: ComponentKind.Delete } last)
            _components[_count - 1] = Component.Delete(last.Length + length);
        else
            Append(Component.Delete(length));
    }

    internal void PushInsert(in Component insert)
    {
        Grow(ref _targetLength, insert.Length);
        var afterDelete = _count > 0 && _components[_count - 1].Kind == ComponentKind.Delete;
        var last = afterDelete ? _count - 2 : _count - 1;
        if (last >= 0 && TryJoin(last, insert)) return;
        if (!afterDelete)
        {
            Append(insert);
            return;
        }

        // Insert and delete at one place commute; written in one order only, equal deltas look equal.
        var delete = _components[_count - 1];
        _components[_count - 1] = insert;
        Append(delete);
    }

    private bool TryJoin(int index, in Component insert)
    {
        ref var last = ref _components[index];
        if (last.Kind != ComponentKind.Insert || last.Embed is not null || insert.Embed is not null) return false;
        if (!Equals(last.Attributes, insert.Attributes)) return false;
        if (_joinedIndex != index)
        {
            if (last.TryExtend(insert, out var extended))
            {
                last = extended;
                return true;
            }

            FinishJoin();
            _joined ??= new StringBuilder();
            _joined.Append(last.Text);
            _joinedIndex = index;
        }

        _joined!.Append(insert.Text);
        return true;
    }

    private void FinishJoin()
    {
        if (_joinedIndex < 0) return;
        _components[_joinedIndex] = Component.Insert(_joined!.ToString(), _components[_joinedIndex].Attributes);
        _joinedIndex = -1;
        if (_joined.Capacity > JoinedCapacityLimit) _joined = null;
        else _joined.Clear();
    }

    private void Append(in Component component)
    {
        if (_count == _components.Length) Array.Resize(ref _components, _count * 2);
        _components[_count++] = component;
    }

    private static void Grow(ref long total, int length)
    {
        total += length;
        if (total > int.MaxValue)
            throw new DeltaFormatException($"The components' lengths add up to {total}; a document has at most {int.MaxValue} code units.");
    }

    private void RequireForm(bool allowed, string what)
    {
        if (!allowed && _form == DeltaForm.Text) throw new ArgumentException($"A delta of plain text has no {what}.");
    }
}
