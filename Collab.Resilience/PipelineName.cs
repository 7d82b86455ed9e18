namespace Collab.Resilience;

/// <summary>The pipelines there are: one for each thing outside the process that may be away. Section, metric label and log lines use the word in <see cref="PipelineNames.Word"/>.</summary>
public enum PipelineName
{
    /// <summary><c>log-append</c>: everything that changes the operation log.</summary>
    LogAppend,

    /// <summary><c>log-read</c>: everything that reads it.</summary>
    LogRead,

    /// <summary><c>cluster-call</c>: a web host's calls of grains.</summary>
    ClusterCall,

    /// <summary><c>webhook</c>: HTTP requests to addresses that customers configure. Each endpoint has an instance of its own.</summary>
    Webhook,
}

/// <summary>The words that <see cref="PipelineName"/> goes by.</summary>
public static class PipelineNames
{
    private static readonly string[] Words = ["log-append", "log-read", "cluster-call", "webhook"];

    public static string Word(this PipelineName name) => Words[(int)name];
}
