using System.Collections.Immutable;
using Collab.Contracts;
using Collab.Contracts.Documents;

namespace Collab.Web.Delivery;

/// <summary>
/// Pushes that overtook the one before them, kept until it comes. Between two machines the runtime's one-way calls change places all the time (measured on real Orleans: 1,656 of 9,000), so reading at every gap would
/// ask the authority for what is here a millisecond later.
/// </summary>
/// <remarks>No options: a push that finds no room costs one read, so there is nothing to tune. Not synchronised.</remarks>
internal sealed class EarlyPushes
{
    /// <summary>Pushes held: a document sends one per flush of the log, and while one is waited for there are no more of those.</summary>
    public const int CountLimit = 64;

    /// <summary>Bytes of operations held.</summary>
    public const int BytesLimit = 1 << 20;

    private readonly List<(ImmutableArray<CommittedOperation> Operations, int Bytes)> _held = [];
    private int _bytes;

    /// <summary>Keeps it if there is room for it.</summary>
    public void Hold(ImmutableArray<CommittedOperation> operations)
    {
        int bytes = operations.Sum(operation => operation.Encoded.Length);
        if (_held.Count == CountLimit || _bytes + bytes > BytesLimit)
        {
            DeliveryMetrics.EarlyTurnedAway.Inc();
            return;
        }

        _held.Add((operations, bytes));
        _bytes += bytes;
    }

    /// <summary>Takes one that goes on from <paramref name="revision"/>, and forgets those that bring nothing new.</summary>
    public bool TryTake(Revision revision, out ImmutableArray<CommittedOperation> operations)
    {
        for (int i = _held.Count - 1; i >= 0; i--)
        {
            (operations, int bytes) = _held[i];
            if (operations[0].Revision > revision.Next)
                continue;
            _held.RemoveAt(i);
            _bytes -= bytes;
            if (operations[^1].Revision <= revision)
                continue;
            DeliveryMetrics.EarlyTaken.Inc();
            return true;
        }

        operations = default;
        return false;
    }

    public void Clear()
    {
        _held.Clear();
        _bytes = 0;
    }
}
