using Collab.Operations;

namespace Collab.Stress.Integrity;

/// <summary>Applies the log's operations from its start to its head, and keeps a fingerprint of each and the content hash at the revisions that were asked for.</summary>
/// <remarks>Four bytes for each operation, for as long as the document is looked at.</remarks>
/// <param name="start">The revision of <paramref name="content"/>, which the first operation follows.</param>
internal sealed class LogReplay(long start, IContent content, IEnumerable<long> wanted)
{
    private readonly HashSet<long> _wanted = [.. wanted];
    private readonly Dictionary<long, uint> _hashes = new() { [start] = content.Hash() };
    private readonly List<uint> _fingerprints = [];

    public long Head => start + _fingerprints.Count;

    /// <summary>At the head; null if an operation did not fit.</summary>
    public IContent? Content { get; private set; } = content;

    /// <summary>The operation that did not fit what stands before it.</summary>
    public LoggedOperation? Misfit { get; private set; }

    public void Add(in LoggedOperation operation)
    {
        _fingerprints.Add(OperationFingerprint.Of(operation.Session, operation.Sequence, operation.Delta));
        try
        {
            Content = Content?.Apply(operation.Delta);
        }
        catch (Exception damage) when (damage is LengthMismatchException or DeltaFormatException)
        {
            (Content, Misfit) = (null, operation);
        }

        if (Content is not null && _wanted.Contains(Head))
            _hashes[Head] = Content.Hash();
    }

    /// <summary>Null where there was no content, or nobody asked before.</summary>
    public uint? HashAt(long revision) => _hashes.TryGetValue(revision, out uint hash) ? hash : null;

    /// <summary>The log's fingerprints of the operations from one revision to another; null where it does not have them all.</summary>
    public ReadOnlySpan<uint> Fingerprints(long first, long last, out bool areThere)
    {
        areThere = first > start && last <= Head;
        return areThere ? System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_fingerprints).Slice((int)(first - start - 1), (int)(last - first + 1)) : default;
    }
}
