using Collab.Operations.Ropes;

namespace Collab.Operations.Deltas;

/// <summary>What text and rich text have in common as kinds: one algebra, of <see cref="Delta"/>.</summary>
public abstract class SequenceKind : IDocumentKind
{
    private readonly DeltaForm _form;

    private protected SequenceKind(DeltaForm form) => _form = form;

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public abstract IContent Initial { get; }

    /// <inheritdoc/>
    public abstract IDelta DecodeDelta(ReadOnlySpan<byte> utf8, DeltaLimits limits);

    /// <inheritdoc/>
    public abstract IContent DecodeContent(ReadOnlySpan<byte> utf8);

    /// <inheritdoc/>
    public Rebased Rebase(IDelta delta, IReadOnlyList<IDelta> over) => SequenceRebase.Rebase(delta, over, _form);

    /// <inheritdoc/>
    public IDelta Compose(IDelta first, IDelta second) => ((Delta)first).Compose((Delta)second);

    /// <inheritdoc/>
    public IDelta Invert(IDelta delta, IContent content) => ((Delta)delta).Invert((SequenceContent)content);

    /// <inheritdoc/>
    public (IDelta First, IDelta Second) Transform(IDelta first, IDelta second) => Delta.TransformPair((Delta)first, (Delta)second);

    /// <inheritdoc/>
    public bool ChangesOnlyComments(IDelta delta)
    {
        foreach (var component in ((Delta)delta).Components)
        {
            if (component.Kind != ComponentKind.Retain || component.Attributes?.AreComments == false)
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public IDelta Difference(IContent before, IContent after) => Delta.Between((SequenceContent)before, (SequenceContent)after);

    /// <inheritdoc/>
    public Selection TransformSelection(Selection selection, IDelta over, CaretSide side)
    {
        var delta = (Delta)over;
        return new Selection(
            delta.TransformPosition(Math.Clamp(selection.Anchor, 0, delta.BaseLength), side),
            delta.TransformPosition(Math.Clamp(selection.Head, 0, delta.BaseLength), side));
    }
}
