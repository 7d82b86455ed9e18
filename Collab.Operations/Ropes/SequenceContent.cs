using System.Buffers;
using Collab.Operations.Deltas;

namespace Collab.Operations.Ropes;

/// <summary>Content that deltas of text or rich text apply to: a rope, so that any edit of any size of document stays cheap.</summary>
public abstract class SequenceContent : IContent
{
    private protected SequenceContent(Node? root) => Root = root;

    /// <inheritdoc/>
    public int Length => Root?.Length ?? 0;

    /// <inheritdoc/>
    public long Bytes => Root?.Bytes ?? 0;

    /// <summary>What deltas fit.</summary>
    public abstract DeltaForm Form { get; }

    internal Node? Root { get; }

    /// <inheritdoc/>
    public IContent Apply(IDelta delta)
    {
        if (delta is not Delta sequence || sequence.Form != Form) throw new ArgumentException($"Expected a delta of {Form}.", nameof(delta));
        if (sequence.BaseLength != Length) throw new LengthMismatchException(sequence.BaseLength, Length);
        var root = RopeEdit.Apply(Root, sequence.Components);
        return ReferenceEquals(root, Root) ? this : With(root);
    }

    /// <inheritdoc/>
    public abstract void Encode(IBufferWriter<byte> output);

    /// <inheritdoc/>
    public abstract uint Hash();

    private protected abstract SequenceContent With(Node? root);
}
