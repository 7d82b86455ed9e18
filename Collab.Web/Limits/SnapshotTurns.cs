using System.Threading.RateLimiting;
using Collab.Contracts.Refusals;
using Collab.Observability;
using Microsoft.Extensions.Options;

namespace Collab.Web.Limits;

/// <summary>
/// Bounds what snapshots cost that are on their way: each stays in memory until its client has taken it, and a negotiated connection's is copied into SignalR's pipe as a whole. Two hundred who open a document of 16 MB together would be 3 GB.
/// </summary>
internal sealed class SnapshotTurns : IDisposable
{
    private const int Unit = 64 << 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly long _bytesLimit;
    private readonly int _units;
    private readonly ConcurrencyLimiter _turns;

    public SnapshotTurns(IOptions<CollabOptions> options)
    {
        _bytesLimit = options.Value.Delivery.SnapshotBytesInFlight;
        _units = (int)(_bytesLimit / Unit);
        _turns = new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = _units, QueueLimit = int.MaxValue, QueueProcessingOrder = QueueProcessingOrder.OldestFirst });
    }

    /// <summary>Waits for the turn of a message of this size.</summary>
    /// <returns>To be disposed when the message has been taken; null, if it takes too long, and why.</returns>
    public async Task<(IDisposable? Turn, Refusal? Refusal)> WaitAsync(int bytes)
    {
        if (bytes < Unit)
            return (None.Instance, null);
        using var patience = new CancellationTokenSource(Patience);
        var turn = _turns.AcquireAsync(Math.Min(bytes / Unit, _units), patience.Token);
        if (!turn.IsCompleted)
            LimitMetrics.Reached(Limit.SnapshotBytesInFlight);
        try
        {
            return (await turn, null);
        }
        catch (OperationCanceledException)
        {
            return (null, new Refusal(
                RefusalReason.Overloaded, $"Snapshots of {_bytesLimit} bytes are on their way to others, the limit (Collab:Delivery:SnapshotBytesInFlight), and have been for {Patience.TotalSeconds} s.", TimeSpan.FromSeconds(5)));
        }
    }

    public void Dispose() => _turns.Dispose();

    private sealed class None : IDisposable
    {
        public static None Instance { get; } = new();

        public void Dispose()
        {
        }
    }
}
