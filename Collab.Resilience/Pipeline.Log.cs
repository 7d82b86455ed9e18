using Microsoft.Extensions.Logging;

namespace Collab.Resilience;

public sealed partial class Pipeline
{
    private static partial class Log
    {
        [LoggerMessage(4001, LogLevel.Error, "The breaker of {Pipeline} opened for {BreakSeconds} s: calls are refused at once. The last failure was {Failure}: {Detail}")]
        public static partial void Opened(ILogger logger, string pipeline, double breakSeconds, string? failure, string? detail);

        [LoggerMessage(4002, LogLevel.Information, "The breaker of {Pipeline} is half-open: one call finds out whether things are well again.")]
        public static partial void HalfOpened(ILogger logger, string pipeline);

        [LoggerMessage(4003, LogLevel.Warning, "The breaker of {Pipeline} closed: calls go through again.")]
        public static partial void Closed(ILogger logger, string pipeline);
    }
}
