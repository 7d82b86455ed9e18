using System.Buffers;
using System.Text;
using Collab.Operations.RichText;
using Collab.Operations.Ropes;
using Collab.Operations.Text;

namespace Collab.Operations.Deltas;

/// <summary>
/// A change of a sequence: components in normal form (see <see cref="DeltaBuilder"/>) that walk the whole base, the trailing retain included.
/// It fits exactly one document length. Text and rich text share it; <see cref="Form"/> says what it may hold and how it is written.
/// </summary>
/// <remarks>Lengths and positions are UTF-16 code units. Immutable; safe from any thread.</remarks>
public sealed class Delta : IDelta, IEquatable<Delta>
{
    private readonly Component[] _components;

    internal Delta(DeltaForm form, Component[] components, int baseLength, int targetLength)
    {
        Form = form;
        _components = components;
        BaseLength = baseLength;
        TargetLength = targetLength;
    }

    /// <summary>Text or rich text.</summary>
    public DeltaForm Form { get; }

    /// <summary>Length of the document it applies to, in code units.</summary>
    public int BaseLength { get; }

    /// <summary>Length of the document after it.</summary>
    public int TargetLength { get; }

    /// <summary>The components in normal form; none for an empty document that stays empty.</summary>
    public ReadOnlySpan<Component> Components => _components;

    /// <inheritdoc/>
    public bool IsIdentity => _components.Length == 0 || (_components.Length == 1 && _components[0].IsPlainRetain);

    /// <summary>The delta that changes nothing in a document of this length.</summary>
    public static Delta Identity(DeltaForm form, int length) => new DeltaBuilder(form).Retain(length).Build();

    /// <summary>This, then <paramref name="next"/>, as one delta: d·(a.Compose(b)) = d·a·b. Associative.</summary>
    /// <remarks>For what nobody else has seen yet. Never for history: transform does not distribute over compose.</remarks>
    /// <exception cref="LengthMismatchException">The base length of <paramref name="next"/> is not this one's target length.</exception>
    /// <exception cref="DeltaFormatException"><paramref name="next"/> cuts a surrogate pair that this one inserts.</exception>
    public Delta Compose(Delta next)
    {
        ArgumentNullException.ThrowIfNull(next);
        RequireSameForm(next);
        if (next.BaseLength != TargetLength) throw new LengthMismatchException(next.BaseLength, TargetLength);
        if (next.IsIdentity) return this;
        if (IsIdentity) return next;
        var output = DeltaBuilder.Rent(Form);
        Composition.Compose(_components, next._components, output);
        return output.BuildAndReturn();
    }

    /// <summary>The delta that takes this one back: d·a·(a.Invert(d)) = d.</summary>
    /// <param name="content">The content that this delta applies to, before it is applied.</param>
    /// <exception cref="LengthMismatchException">The content has another length than the base.</exception>
    public Delta Invert(SequenceContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (content.Length != BaseLength) throw new LengthMismatchException(BaseLength, content.Length);
        return Inversion.Invert(this, content.Root);
    }

    /// <summary>Moves <paramref name="delta"/> over <paramref name="over"/>; both start from one document.</summary>
    /// <param name="delta">What moves.</param>
    /// <param name="over">What it moves over, concurrent to it.</param>
    /// <param name="order">Which one the log holds first. The authority passes <see cref="TransformOrder.OverFirst"/>.</param>
    /// <returns>A delta whose base length is the target length of <paramref name="over"/>.</returns>
    /// <exception cref="LengthMismatchException">The two base lengths differ.</exception>
    /// <remarks>
    /// TP1: d·over·Transform(delta, over, OverFirst) = d·delta·Transform(over, delta, DeltaFirst). Ressel et al., CSCW 1996; in the form
    /// of client and server: Nichols et al., UIST 1995.
    /// </remarks>
    public static Delta Transform(Delta delta, Delta over, TransformOrder order)
    {
        ArgumentNullException.ThrowIfNull(delta);
        ArgumentNullException.ThrowIfNull(over);
        delta.RequireSameForm(over);
        if (delta.BaseLength != over.BaseLength) throw new LengthMismatchException(delta.BaseLength, over.BaseLength);
        if (over.IsIdentity) return delta;
        var output = DeltaBuilder.Rent(delta.Form);
        Transformation.Transform(delta._components, over._components, order, output);
        return output.BuildAndReturn();
    }

    /// <summary>Both sides of the diamond, for a client: what the server sent moved over the pending delta, and the other way round.</summary>
    /// <param name="first">What the log holds first: the server's.</param>
    /// <param name="second">What comes later: the client's own.</param>
    /// <returns>
    /// <c>First</c> applies after <paramref name="second"/>, <c>Second</c> after <paramref name="first"/>; both ways end in one document.
    /// </returns>
    public static (Delta First, Delta Second) TransformPair(Delta first, Delta second) =>
        (Transform(first, second, TransformOrder.DeltaFirst), Transform(second, first, TransformOrder.OverFirst));

    /// <summary>Where a position of the base is in the target. In a deleted range it falls to where the range was.</summary>
    /// <param name="position">0 to <see cref="BaseLength"/>.</param>
    /// <param name="side">Where it ends when text is inserted exactly there.</param>
    public int TransformPosition(int position, CaretSide side)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position, BaseLength);
        return Transformation.TransformPosition(_components, position, side);
    }

    /// <summary>Both ends of a selection, see <see cref="TransformPosition"/>.</summary>
    public Selection TransformSelection(Selection selection, CaretSide side) =>
        new(TransformPosition(selection.Anchor, side), TransformPosition(selection.Head, side));

    /// <inheritdoc/>
    public void Encode(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (Form == DeltaForm.Text) TextCodec.EncodeDelta(this, output);
        else RichTextCodec.EncodeDelta(this, output);
    }

    /// <summary>Equal form and equal components; strings count by their text.</summary>
    public bool Equals(Delta? other)
    {
        if (other is null || Form != other.Form || BaseLength != other.BaseLength || _components.Length != other._components.Length) return false;
        for (var i = 0; i < _components.Length; i++)
            if (!_components[i].SameAs(other._components[i])) return false;
        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as Delta);

    public override int GetHashCode() => HashCode.Combine(Form, BaseLength, TargetLength, _components.Length);

    /// <summary>Its shape, for a debugger: <c>=5 +3 -2</c>. Lengths only, so that no document text gets into a log by accident.</summary>
    public override string ToString()
    {
        var shape = new StringBuilder();
        foreach (var component in _components)
        {
            if (shape.Length > 0) shape.Append(' ');
            shape.Append(component.Kind switch { ComponentKind.Retain => '=', ComponentKind.Insert => '+', _ => '-' }).Append(component.Length);
            if (component.Attributes is not null) shape.Append("{…}");
        }

        return shape.ToString();
    }

    /// <summary>
    /// The change of one stretch that makes <paramref name="to"/> out of <paramref name="from"/>: what lies between their common start and
    /// their common end.
    /// </summary>
    /// <remarks>Not a diff: two edits far apart become one that replaces everything between. See <see cref="Difference"/>.</remarks>
    public static Delta Between(SequenceContent from, SequenceContent to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        if (from.Form != to.Form) throw new ArgumentException($"Content is {from.Form} on one side and {to.Form} on the other.");
        return Difference.Between(from, to);
    }

    private void RequireSameForm(Delta other)
    {
        if (Form != other.Form) throw new ArgumentException($"A delta of {Form} meets one of {other.Form}.");
    }
}
