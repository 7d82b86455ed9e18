namespace Collab.Grains.Log;

/// <summary>What was asked for was given up by retention. Not retryable: the snapshot at the start is the oldest there is.</summary>
public sealed class HistoryTrimmedException(DocumentId document, Revision asked, Revision start)
    : Exception($"Document {document} has no history before revision {start} any more; revision {asked} was asked for.")
{
    /// <summary>The oldest revision that can be read from.</summary>
    public Revision Start => start;

    internal static void ThrowIfBefore(DocumentId document, Revision asked, Revision start)
    {
        if (asked < start)
            throw new HistoryTrimmedException(document, asked, start);
    }
}
