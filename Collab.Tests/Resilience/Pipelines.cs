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

    /// <summary>One of the two of the log, with the log's own idea of trouble.</summary>
    public static Pipeline OfLog(PipelineName name, TimeProvider clock, Action<PipelineOptions>? configure = null) =>
        New(name, clock, ResilientOperationLog.IsTrouble, configure);
}
