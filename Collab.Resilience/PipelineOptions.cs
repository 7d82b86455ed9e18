namespace Collab.Resilience;

/// <summary>
/// What one pipeline bears; section <c>Collab:Resilience:&lt;name&gt;</c>, for example <c>Collab:Resilience:log-append</c>. Each option
/// names its default for log-append, log-read, cluster-call and webhook, in this order. Ranges are checked at start; a value outside stops the host with a message naming it.
/// </summary>
public sealed class PipelineOptions
{
    public const string Section = "Collab:Resilience";

    /// <summary>
    /// How long one attempt may take. Defaults 3 s, 5 s, 10 s, 10 s; range 10 ms–10 min. At the limit the attempt counts as failed and its caller goes on; what was
    /// asked for may still happen, which is why only what is safe to repeat is repeated. A web host's submissions have 10 s whatever is set here.
    /// </summary>
    public TimeSpan AttemptTimeout { get; set; }

    /// <summary>How long a call may take with everything: waiting for a place, all attempts, the pauses between. Defaults 8 s, 12 s, 20 s, 60 s; range 10 ms–1 h, not below <see cref="AttemptTimeout"/>.</summary>
    public TimeSpan TotalTimeout { get; set; }

    /// <summary>How often a failed call is repeated, where repeating is safe. Defaults 2, 2, 1, 4; range 0–10.</summary>
    public int Retries { get; set; }

    /// <summary>The pause before the first repetition; it doubles with each, and a random part of it spreads callers that failed together. Defaults 100 ms, 50 ms, 300 ms, 1 s; range 1 ms–1 min.</summary>
    public TimeSpan RetryDelay { get; set; }

    /// <summary>The longest such pause. Defaults 1 s, 1 s, 1 s, 15 s; range 1 ms–10 min, not below <see cref="RetryDelay"/>.</summary>
    public TimeSpan RetryDelayLimit { get; set; }

    /// <summary>The part of attempts within <see cref="SamplingDuration"/> that has to fail for the breaker to open. Defaults 0.6, 0.5, 0.5, 0.5; range 0.01–1.</summary>
    public double FailureRatio { get; set; }

    /// <summary>
    /// Attempts within <see cref="SamplingDuration"/> below which the breaker does not judge. Defaults 3, 8, 20, 5; range 2–100,000. Small for log-append, whose
    /// caller is one writer with one commit at a time: a store that hangs gives it one failure in <see cref="AttemptTimeout"/>.
    /// </summary>
    public int MinimumThroughput { get; set; }

    /// <summary>
    /// Over how long attempts are counted. Defaults 8 s, 10 s, 10 s, 30 s; range 500 ms–10 min. Also the longest that a busy store which begins to fail can hide behind its
    /// earlier successes, and for log-append long enough to see two attempts time out and a third fail.
    /// </summary>
    public TimeSpan SamplingDuration { get; set; }

    /// <summary>How long an open breaker refuses every call before it lets one through to see whether things are well again. Defaults 2 s, 2 s, 2 s, 15 s; range 500 ms–10 min.</summary>
    public TimeSpan BreakDuration { get; set; }

    /// <summary>Calls under way at once (the bulkhead). Defaults 64, 64, 16,384, 32; range 1–1,000,000. Above, they wait.</summary>
    public int ConcurrentCalls { get; set; }

    /// <summary>Calls that may wait for a place. Defaults 8,192, 8,192, 0, 1,024; range 0–1,000,000. Above, a call is refused at once.</summary>
    public int QueuedCalls { get; set; }

    internal void SetDefaults(PipelineName name)
    {
        (FailureRatio, BreakDuration) = (0.5, TimeSpan.FromSeconds(2));
        (RetryDelay, RetryDelayLimit) = (TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1));
        switch (name)
        {
            case PipelineName.LogAppend:
                (AttemptTimeout, TotalTimeout, Retries) = (TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(8), 2);
                (FailureRatio, MinimumThroughput, SamplingDuration) = (0.6, 3, TimeSpan.FromSeconds(8));
                (ConcurrentCalls, QueuedCalls) = (64, 8_192);
                break;
            case PipelineName.LogRead:
                (AttemptTimeout, TotalTimeout, Retries) = (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(12), 2);
                (MinimumThroughput, SamplingDuration) = (8, TimeSpan.FromSeconds(10));
                (ConcurrentCalls, QueuedCalls) = (64, 8_192);
                RetryDelay = TimeSpan.FromMilliseconds(50);
                break;
            case PipelineName.ClusterCall:
                (AttemptTimeout, TotalTimeout, Retries) = (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20), 1);
                (MinimumThroughput, SamplingDuration) = (20, TimeSpan.FromSeconds(10));
                (ConcurrentCalls, QueuedCalls) = (16_384, 0);
                // Long enough for a client to hear that the silo which rejected the call is stopping, and to ask another. With 100 ms a few calls of each stop met it twice, on a busy machine.
                RetryDelay = TimeSpan.FromMilliseconds(300);
                break;
            default:
                (AttemptTimeout, TotalTimeout, Retries) = (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60), 4);
                (RetryDelay, RetryDelayLimit) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15));
                (MinimumThroughput, SamplingDuration, BreakDuration) = (5, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(15));
                (ConcurrentCalls, QueuedCalls) = (32, 1_024);
                break;
        }
    }
}
