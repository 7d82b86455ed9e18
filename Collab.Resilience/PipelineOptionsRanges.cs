using System.Globalization;
using Microsoft.Extensions.Options;

namespace Collab.Resilience;

/// <summary>Checks the ranges that <see cref="PipelineOptions"/> documents.</summary>
internal sealed class PipelineOptionsRanges : IValidateOptions<PipelineOptions>
{
    public ValidateOptionsResult Validate(string? name, PipelineOptions options)
    {
        List<string> failures = [];
        Check(nameof(options.AttemptTimeout), options.AttemptTimeout, Time("00:00:00.010"), Time("00:10:00"));
        Check(nameof(options.TotalTimeout), options.TotalTimeout, Time("00:00:00.010"), Time("01:00:00"));
        Check(nameof(options.Retries), options.Retries, 0, 10);
        Check(nameof(options.RetryDelay), options.RetryDelay, Time("00:00:00.001"), Time("00:01:00"));
        Check(nameof(options.RetryDelayLimit), options.RetryDelayLimit, Time("00:00:00.001"), Time("00:10:00"));
        Check(nameof(options.FailureRatio), options.FailureRatio, 0.01, 1);
        Check(nameof(options.MinimumThroughput), options.MinimumThroughput, 2, 100_000);
        Check(nameof(options.SamplingDuration), options.SamplingDuration, Time("00:00:00.500"), Time("00:10:00"));
        Check(nameof(options.BreakDuration), options.BreakDuration, Time("00:00:00.500"), Time("00:10:00"));
        Check(nameof(options.ConcurrentCalls), options.ConcurrentCalls, 1, 1_000_000);
        Check(nameof(options.QueuedCalls), options.QueuedCalls, 0, 1_000_000);
        AtLeast(nameof(options.TotalTimeout), options.TotalTimeout, nameof(options.AttemptTimeout), options.AttemptTimeout);
        AtLeast(nameof(options.RetryDelayLimit), options.RetryDelayLimit, nameof(options.RetryDelay), options.RetryDelay);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        static TimeSpan Time(string text) => TimeSpan.Parse(text, CultureInfo.InvariantCulture);

        void Check<T>(string option, T value, T from, T to)
            where T : IComparable<T>
        {
            if (value.CompareTo(from) < 0 || value.CompareTo(to) > 0)
                failures.Add(FormattableString.Invariant($"{PipelineOptions.Section}:{name}:{option} is {value}; it must be {from} to {to}."));
        }

        void AtLeast(string option, TimeSpan value, string other, TimeSpan least)
        {
            if (value < least)
                failures.Add(FormattableString.Invariant($"{PipelineOptions.Section}:{name}:{option} is {value}; it must not be below {other}, which is {least}."));
        }
    }
}
