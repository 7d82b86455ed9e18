namespace Collab.Stress.Integrity;

/// <summary>What one client was told is durable, by session: ranges of sequences with the revisions that they begin and end at. It takes as much memory as there were sessions and refusals between.</summary>
internal sealed class AcknowledgedOperations
{
    private readonly Dictionary<string, Session> _sessions = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, Session> Sessions => _sessions;

    /// <param name="revision">The operation's, or an earlier one where that is not known.</param>
    public void Add(string session, long sequence, long revision)
    {
        var ranges = Of(session).Ranges;
        if (ranges.Count > 0 && ranges[^1].Last + 1 == sequence)
            ranges[^1] = ranges[^1] with { Last = sequence, LastRevision = revision };
        else
            ranges.Add(new Range(sequence, sequence, revision, revision));
    }

    /// <summary>It was sent and the client left without an answer: it may be in the log, and need not.</summary>
    public void AddUnanswered(string session, long sequence) => Of(session).Unanswered.Add(sequence);

    private Session Of(string session)
    {
        if (!_sessions.TryGetValue(session, out var known))
            _sessions.Add(session, known = new Session());
        return known;
    }

    internal sealed class Session
    {
        /// <summary>In the order of acknowledgement, which is that of sequences and of revisions.</summary>
        public List<Range> Ranges { get; } = [];

        public SequenceRanges Unanswered { get; } = new();
    }

    /// <summary>Consecutive sequences. Between their revisions others' operations may stand.</summary>
    internal readonly record struct Range(long First, long Last, long FirstRevision, long LastRevision);
}
