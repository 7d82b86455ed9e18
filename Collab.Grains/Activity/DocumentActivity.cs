using Collab.Contracts.Activity;
using Collab.Contracts.Documents;

namespace Collab.Grains.Activity;

/// <summary>What one activation of a document has to tell: makes events of what happens in it. Used from the grain's turns.</summary>
/// <param name="revision">The newest durable revision now.</param>
/// <param name="watch">Has <see cref="EndBurst"/> called once in each period, until it says that there is no burst any more.</param>
public sealed class DocumentActivity(ActivityWriter writer, DocumentId document, ActivityOptions options, TimeProvider clock, Func<Revision> revision, Action<TimeSpan> watch)
{
    // Those of REST callers stay for one request: opening and closing the document each time would be noise.
    private readonly HashSet<SessionId> _people = [];
    private readonly ConflictBursts _bursts = new(options.ConflictBurstCount, options.ConflictBurstWindow, clock);

    public void Created(string kind) => Note(ActivityKind.DocumentCreated, Revision.Zero, new ActivityDetail(DocumentKind: kind));

    /// <summary>A session was admitted, perhaps not for the first time.</summary>
    public void Entered(SessionId session)
    {
        if (session.IsApi || !_people.Add(session) || _people.Count > 1)
            return;
        Note(ActivityKind.DocumentOpened, revision());
    }

    /// <summary>A session has no lease any more.</summary>
    public void Left(SessionId session)
    {
        if (_people.Remove(session) && _people.Count == 0)
            Note(ActivityKind.DocumentClosed, revision());
    }

    /// <summary>A snapshot is durable.</summary>
    public void Kept(Revision kept, long bytes) => Note(ActivityKind.Checkpoint, kept, new ActivityDetail(Bytes: bytes));

    public void Conflicted(ConflictRecord[] conflicts)
    {
        bool wasBurst = _bursts.IsBurst;
        foreach (var conflict in conflicts)
            _bursts.Add(conflict.Kind);
        if (_bursts.IsBurst && !wasBurst)
            watch(options.ConflictBurstWindow);
    }

    /// <summary>Tells of the burst if it is over. False: ask again.</summary>
    public bool EndBurst()
    {
        Tell(_bursts.End());
        return !_bursts.IsBurst;
    }

    /// <summary>The activation ends: those who are still in it, if any, come back to another one and open it anew.</summary>
    public void Close()
    {
        Tell(_bursts.Close());
        if (_people.Count > 0)
            Note(ActivityKind.DocumentClosed, revision());
        _people.Clear();
    }

    private void Tell(System.Collections.Immutable.ImmutableArray<ConflictCount>? burst)
    {
        if (burst is { } kinds)
            Note(ActivityKind.ConflictBurst, revision(), new ActivityDetail(Conflicts: kinds));
    }

    private void Note(ActivityKind kind, Revision at, ActivityDetail? detail = null) =>
        writer.Note(new ActivityEvent(0, Guid.Empty, document, kind, clock.GetUtcNow(), at, Detail: detail));
}
