namespace Collab.Client;

/// <summary>
/// The joins of one connection that are not answered yet. There are as many answers as joins, and of several in one document only the last counts: what comes before is about a stay that is being replaced, maybe one of
/// the document's life before, which was closed while it joined. May be called from any thread.
/// </summary>
internal sealed class UnansweredJoins
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _joins = [];

    /// <summary>A join goes out.</summary>
    public void Sent(string document)
    {
        lock (_lock)
            _joins[document] = _joins.GetValueOrDefault(document) + 1;
    }

    /// <summary>A join was admitted or refused.</summary>
    /// <returns>Whether that was the last answer that is to come, so that it is to be taken.</returns>
    public bool Answered(string document)
    {
        lock (_lock)
        {
            if (!_joins.Remove(document, out int joins) || joins == 1)
                return true;
            _joins[document] = joins - 1;
            return false;
        }
    }
}
