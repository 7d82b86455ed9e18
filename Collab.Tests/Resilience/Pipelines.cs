using Collab.Grains.Log;
using Collab.Resilience;
using Microsoft.Extensions.Logging.Abstractions;

namespace Collab.Tests.Resilience;

/// <summary>Pipelines for tests: the defaults of their name, but for what a test changes.</summary>
internal static class Pipelines
{
    public static Pipeline New(PipelineName name, TimeProvider clock, Func<Exception, bool> isTrouble, Action<PipelineOptions>? configure = null)
    {
        var options = new PipelineOptions();
        options.SetDefaults(name);
        configure?.Invoke(options);
        return new Pipeline(name, options, isTrouble, clock, NullLogger<Pipeline>.Instance);
    }

    /// <summary>Options so small that a test comes to each of their limits at once.</summary>
    public static PipelineOptions Small(int retries) => new()
    {
        AttemptTimeout = TimeSpan.FromSeconds(1),
        TotalTimeout = TimeSpan.FromSeconds(10),
        Retries = retries,
        RetryDelay = TimeSpan.FromMilliseconds(100),
        RetryDelayLimit = TimeSpan.FromSeconds(1),
        FailureRatio = 0.5,
        MinimumThroughput = 4,
        SamplingDuration = TimeSpan.FromSeconds(10),
        BreakDuration = TimeSpan.FromSeconds(2),
        ConcurrentCalls = 2,
        QueuedCalls = 1,
    };

    /// <summary>One of the two of the log, with the log's own idea of trouble.</summary>
    public static Pipeline OfLog(PipelineName name, TimeProvider clock, Action<PipelineOptions>? configure = null) =>
        New(name, clock, ResilientOperationLog.IsTrouble, configure);
}
