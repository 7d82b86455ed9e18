namespace Collab.Grains.Log;

/// <summary>Consecutive operations of one document, from one writer.</summary>
/// <param name="Epoch">The epoch that the writer got when it opened the document.</param>
/// <param name="At">When they were decided; becomes the document's time of change.</param>
public sealed record LogAppend(DocumentId Document, long Epoch, IReadOnlyList<LogRecord> Records, DateTimeOffset At)
{
    /// <summary>The records, to be walked over without an enumerator, which would be an object for each walk.</summary>
    internal ReadOnlySpan<LogRecord> RecordsSpan => Records as LogRecord[] ?? [.. Records];

    /// <summary>At least one record, and each makes the revision after the one before.</summary>
    internal bool IsConsecutive
    {
        get
        {
            for (var i = 1; i < Records.Count; i++)
            {
                if (Records[i].Revision != Records[i - 1].Revision.Next)
                    return false;
            }

            return Records.Count > 0 && Records[0].Revision > Revision.Zero;
        }
    }
}

/// <summary>What became of one <see cref="LogAppend"/>.</summary>
public enum AppendOutcome
{
    Durable,

    /// <summary>Another writer opened the document since, or it has other operations at these revisions, or the log ends before them. The writer must not retry from memory.</summary>
    Fenced,

    /// <summary>This element alone can't be stored (an unknown document, a sequence used before, records out of order); retrying it is pointless.</summary>
    /// <remarks>A session's sequences rise. One that was passed over need not be taken any more: SQLite does not.</remarks>
    Invalid,
}
