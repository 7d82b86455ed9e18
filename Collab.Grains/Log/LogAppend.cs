namespace Collab.Grains.Log;

/// <summary>Consecutive operations of one document, from one writer.</summary>
/// <param name="Epoch">The epoch that the writer got when it opened the document.</param>
/// <param name="At">When they were decided; becomes the document's time of change.</param>
public sealed record LogAppend(DocumentId Document, long Epoch, IReadOnlyList<LogRecord> Records, DateTimeOffset At);

/// <summary>What became of one <see cref="LogAppend"/>.</summary>
public enum AppendOutcome
{
    Durable,

    /// <summary>Another writer opened the document since, or it has other operations at these revisions. The writer must not retry from memory.</summary>
    Fenced,

    /// <summary>This element alone can't be stored (a constraint, an unknown document); retrying it is pointless.</summary>
    Invalid,
}
