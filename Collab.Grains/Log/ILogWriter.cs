namespace Collab.Grains.Log;

/// <summary>The silo's one writer: gathers the appends of all documents and commits them in one transaction (group commit).</summary>
public interface ILogWriter
{
    /// <summary>For how much longer appends are known to fail; null while they have a chance. Whoever asks first need not decide what can't be kept.</summary>
    TimeSpan? AwayFor { get; }

    /// <summary>Completes when the append is durable, or was refused alone. Appends of one document are kept in order.</summary>
    /// <exception cref="LogUnavailableException">The commit failed; the writer of the document must reload.</exception>
    /// <exception cref="LogOverloadedException">The queue is full; nothing was queued.</exception>
    Task<AppendOutcome> AppendAsync(LogAppend append);
}
