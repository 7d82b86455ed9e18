namespace Collab.Stress.Integrity;

/// <summary>Holds the log's operations, one after the other, against what clients sent and were told: finds what is lost, doubled, out of order or nobody's.</summary>
/// <param name="start">The revision that the log begins at: 0, or more where history was given up.</param>
internal sealed class LogTally(string document, long start, IReadOnlyList<(string Name, AcknowledgedOperations Acknowledged)> clients, Findings findings)
{
    private readonly Dictionary<string, SequenceRanges> _sent = Sent(clients.Select(client => client.Acknowledged));
    private readonly Dictionary<string, (SequenceRanges Sequences, long Newest)> _logged = new(StringComparer.Ordinal);
    private (long Times, LoggedOperation First) _repeated;
    private (long Times, LoggedOperation First) _nobodys;
    private (long Times, LoggedOperation First) _outOfOrder;
    private string? _firstLost;

    public long Acknowledged { get; private set; }

    public long Lost { get; private set; }

    /// <summary>Acknowledged, and before the start: nobody can look any more.</summary>
    public long GivenUp { get; private set; }

    /// <summary>Operations that the log has more than once, or that nobody made.</summary>
    public long Doubled => _repeated.Times + _nobodys.Times;

    public void Add(in LoggedOperation operation)
    {
        var (sequences, newest) = _logged.TryGetValue(operation.Session, out var known) ? known : (new SequenceRanges(), 0);
        if (!sequences.Add(operation.Sequence))
            Count(ref _repeated, operation);
        else if (operation.Sequence < newest)
            Count(ref _outOfOrder, operation);
        else if (!_sent.TryGetValue(operation.Session, out var sent) || !sent.Contains(operation.Sequence))
            Count(ref _nobodys, operation);
        _logged[operation.Session] = (sequences, Math.Max(newest, operation.Sequence));
    }

    /// <summary>To be called when the whole log was added.</summary>
    public void Conclude()
    {
        foreach (var (name, acknowledged) in clients)
        {
            foreach (var (session, told) in acknowledged.Sessions)
            {
                foreach (var range in told.Ranges)
                    Look(name, session, range);
            }
        }

        if (_repeated.Times > 0)
            findings.Add($"The log of {document} has {_repeated.Times} operations more than once, the first is {Name(_repeated.First)}.");
        if (_nobodys.Times > 0)
            findings.Add($"The log of {document} has {_nobodys.Times} operations that no client was told of, the first is {Name(_nobodys.First)}.");
        if (_outOfOrder.Times > 0)
            findings.Add($"The log of {document} has {_outOfOrder.Times} operations behind later ones of their own session, the first is {Name(_outOfOrder.First)}.");
        if (Lost > 0)
            findings.AddFirst($"{document} has lost {Lost} of {Acknowledged} acknowledged operations, the first is {_firstLost}.");
    }

    private void Look(string name, string session, AcknowledgedOperations.Range range)
    {
        Acknowledged += range.Last - range.First + 1;
        var logged = _logged.TryGetValue(session, out var known) ? known.Sequences : new SequenceRanges();
        foreach (var (first, last) in logged.Missing(range.First, range.Last))
        {
            long lostFrom = first;
            // Given up is what stood before the start: the first ones of a range that begins there.
            if (range.FirstRevision <= start && first == range.First)
                lostFrom = range.LastRevision <= start ? last + 1 : last == range.Last ? last : last + 1;
            GivenUp += lostFrom - first;
            if (lostFrom > last)
                continue;
            Lost += last - lostFrom + 1;
            string where = range.FirstRevision == range.LastRevision ? $"revision {range.FirstRevision}" : $"a revision from {range.FirstRevision} to {range.LastRevision}";
            _firstLost ??= $"sequence {lostFrom} of session {session}, which {name} was told is {where}";
        }
    }

    private static Dictionary<string, SequenceRanges> Sent(IEnumerable<AcknowledgedOperations> clients)
    {
        var sent = new Dictionary<string, SequenceRanges>(StringComparer.Ordinal);
        foreach (var (session, told) in clients.SelectMany(acknowledged => acknowledged.Sessions))
        {
            if (!sent.TryGetValue(session, out var sequences))
                sent.Add(session, sequences = new SequenceRanges());
            foreach (var range in told.Ranges)
                sequences.AddRange(range.First, range.Last);
            foreach (var (first, last) in told.Unanswered.Ranges)
                sequences.AddRange(first, last);
        }

        return sent;
    }

    private static void Count(ref (long Times, LoggedOperation First) what, in LoggedOperation operation) =>
        what = (what.Times + 1, what.Times == 0 ? operation : what.First);

    private static string Name(in LoggedOperation operation) => $"revision {operation.Revision}, sequence {operation.Sequence} of session {operation.Session}";
}
