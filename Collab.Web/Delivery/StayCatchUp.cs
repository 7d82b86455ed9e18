using System.Collections.Immutable;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Contracts.Refusals;
using Collab.Observability;
using Collab.Web.Cluster;
using Collab.Web.Connections;
using Collab.Web.Messages;

namespace Collab.Web.Delivery;

/// <summary>Brings one connection from where its stream stands to the live stream, by reading what is not at hand.</summary>
internal sealed partial class StayCatchUp(DocumentId id, DocumentStream stream, DocumentCalls document, TimeProvider time, ILogger logger)
{
    // What is read is posted in pieces, so that a connection that is far behind takes them one by one.
    private const int ReadPieceBytes = 128 << 10;

    private const int Attempts = 4;

    private readonly ILogger _logger = logger;

    /// <summary>Goes on until there is no gap between the stay and the live stream, and stops when the stay's stream is set to another place (<paramref name="turn"/>).</summary>
    public async Task RunAsync(Stay stay, int turn)
    {
        bool isRead = false;
        for (int attempt = 0; stream.TryGoLive(stay, turn, isRead) is { } position;)
        {
            var (read, trouble) = await TryReadAsync(position);
            if (trouble is not null && ++attempt < Attempts)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100 << attempt), time);
                continue;
            }

            if ((trouble ?? WhyLost(stay, position, read!)) is { } refusal)
            {
                stay.Connection.Outbox.Lose(stay, ServerMessages.Refused(id, "read", null, refusal), turn);
                return;
            }

            attempt = 0;
            isRead = true;
            if (!await PostAsync(stay, turn, read!.Operations))
                return;
        }
    }

    /// <summary>Posts what was read in pieces, each when the one before has been taken.</summary>
    /// <returns>False if the stay's stream is at another place.</returns>
    public async Task<bool> PostAsync(Stay stay, int turn, ImmutableArray<CommittedOperation> operations)
    {
        var outbox = stay.Connection.Outbox;
        for (int start = 0; start < operations.Length;)
        {
            int end = start;
            for (int bytes = 0; end < operations.Length && (end == start || bytes + operations[end].Encoded.Length <= ReadPieceBytes); end++)
                bytes += operations[end].Encoded.Length;
            var piece = new FeedSegment(id, operations.AsSpan()[start..end]);
            if (!outbox.PostRead(stay, turn, piece))
                return false;
            DeliveryMetrics.Sent(piece.Message, 1);
            start = end;
            if (start < operations.Length)
                await outbox.WhenDrained();
        }

        return true;
    }

    private static Refusal? WhyLost(Stay stay, Revision position, CatchUp read)
    {
        if (read.Refusal is not null || read.Snapshot is null)
            return read.Refusal;
        return stay.Connection.Outbox.IsSlow(stay)
            ? new Refusal(RefusalReason.SlowConsumer, $"The connection took too little for too long; what follows revision {position} can't be replayed to it.")
            : new Refusal(RefusalReason.RevisionUnavailable, $"What follows revision {position} can't be read any more, or is more than a snapshot.");
    }

    /// <summary>Reads, or says what stands against it just now.</summary>
    private async Task<(CatchUp? Read, Refusal? Trouble)> TryReadAsync(Revision position)
    {
        try
        {
            var read = await document.ReadFrom(position);
            return (read, read.Refusal is { } refusal && refusal.Reason.IsToRetry() ? refusal : null);
        }
        catch (Exception failure)
        {
            ErrorMetrics.Count(ErrorComponent.Delivery, "not_caught_up");
            LogNotRead(id, failure.GetType().Name);
            return (null, GrainFailures.Refuse(failure));
        }
    }

    [LoggerMessage(3121, LogLevel.Warning, "A connection in {Document} could not be brought up ({Failure}).")]
    private partial void LogNotRead(DocumentId document, string failure);
}
