using Polly;

namespace Collab.Resilience;

/// <summary>As many calls are under way and waiting as may be; this one was not begun.</summary>
public sealed class BulkheadRejectedException(PipelineName name, PipelineOptions options) : ExecutionRejectedException(
    FormattableString.Invariant(
        $"{options.ConcurrentCalls} calls are under way in pipeline {name.Word()} and {options.QueuedCalls} wait, the limits ({PipelineOptions.Section}:{name.Word()}:ConcurrentCalls and QueuedCalls); this one was not begun."));
