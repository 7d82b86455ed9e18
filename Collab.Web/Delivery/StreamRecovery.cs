using Collab.Contracts;
using Collab.Contracts.Refusals;
using Collab.Observability;
using Collab.Web.Cluster;

namespace Collab.Web.Delivery;

/// <summary>Gets a stream what was not pushed to it: waits a moment, because pushes overtake each other, then reads from the stream's own revision until nothing is missing.</summary>
internal sealed partial class StreamRecovery(DocumentId id, DocumentStream stream, DocumentCalls document, TimeProvider time, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly ILogger _logger = logger;
    private bool _isRunning;

    /// <summary>Sees to it that what is missing, if anything is, comes: by itself in a moment, or by reading.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_isRunning || stream.FindGap(out _) is null)
                return;
            _isRunning = true;
        }

        _ = RunAsync();
    }

    private async Task RunAsync()
    {
        for (int attempt = 0; TryFindGap(out var from, out var wait);)
        {
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, time);
                continue;
            }

            if (await TryReadAsync(from))
                attempt = 0;
            else
                await Task.Delay(TimeSpan.FromMilliseconds(100 << Math.Min(++attempt, 5)), time);
        }
    }

    private bool TryFindGap(out Revision from, out TimeSpan wait)
    {
        lock (_gate)
        {
            var gap = stream.FindGap(out wait);
            from = gap ?? default;
            // While nobody is here nothing is missed; the next stay to come starts again.
            _isRunning = gap is not null && stream.HasStays;
            return _isRunning;
        }
    }

    private async Task<bool> TryReadAsync(Revision from)
    {
        DeliveryMetrics.GapReads.Inc();
        try
        {
            var read = await document.ReadFrom(from);
            var outcome = stream.Take(read);
            if (outcome == ReadOutcome.Restarted)
            {
                LogRestarted(id, from, read.Head);
            }
            else if (outcome == ReadOutcome.Useless)
            {
                ErrorMetrics.Count(ErrorComponent.Delivery, "not_read");
                LogNotRead(id, read.Refusal?.Reason.Code() ?? $"epoch {read.Epoch}");
            }

            return outcome != ReadOutcome.Useless;
        }
        catch (Exception failure)
        {
            ErrorMetrics.Count(ErrorComponent.Delivery, "not_read");
            LogNotRead(id, failure.GetType().Name);
            return false;
        }
    }

    [LoggerMessage(3111, LogLevel.Warning, "Feed of {Document} could not read what it misses ({Failure}).")]
    private partial void LogNotRead(DocumentId document, string failure);

    [LoggerMessage(3112, LogLevel.Warning, "Feed of {Document} can't read on from revision {Revision}; it goes on at {Head}, and its connections are brought up one by one.")]
    private partial void LogRestarted(DocumentId document, Revision revision, Revision head);
}
