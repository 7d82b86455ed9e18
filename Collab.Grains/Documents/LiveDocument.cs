using System.Collections.Immutable;
using Collab.Contracts.Documents;
using Collab.Contracts.Refusals;
using Collab.Grains.Conflicts;
using Collab.Grains.Log;
using Collab.Observability;
using Collab.Operations;
using Collab.Resilience;

namespace Collab.Grains.Documents;

/// <summary>
/// A document while it is loaded: the authority decides at once, the commit queue makes it durable, readers see only what is
/// durable. Everything but the runtime: no grain, no subscriber.
/// </summary>
/// <param name="conflicted">Hears of conflicts as they are found.</param>
/// <param name="traces">Hears of operations that are traced, before they are durable.</param>
/// <param name="settled">Called when a batch has been settled, however: the log may have failed.</param>
/// <remarks>Used from one thread at a time; its methods interleave where they wait for the log, and each re-reads what it needs after.</remarks>
public sealed partial class LiveDocument(
    DocumentDescription description,
    IDocumentKind kind,
    DocumentAuthority authority,
    CommitQueue commits,
    SnapshotKeeper snapshots,
    SharedSnapshot shared,
    IOperationLog log,
    DocumentOptions options,
    TimeProvider clock,
    Action<ConflictRecord[]>? conflicted = null,
    OperationTraces? traces = null,
    Action? settled = null)
{
    private const int ReadOperationsLimit = 1_000;
    private const long ReadBytesLimit = 1 << 20;

    private readonly RecentConflicts _conflicts = new(conflicted);
    private readonly DocumentMetrics _metrics = DocumentMetrics.Of(kind.Name);
    private readonly RateBucket _rate = new(options.OperationsPerSecond, clock);
    private (Revision Revision, uint Hash)? _checked;
    private Task<bool>? _ownerAsked;
    private Task<bool>? _ownerAskedNext;

    public DocumentDescription Description => description with { Revision = commits.Durable, Start = snapshots.Start };

    public CommitQueue Commits => commits;

    public SnapshotKeeper Snapshots => snapshots;

    public SharedSnapshot Shared => shared;

    /// <summary>Whether somebody would miss it. Asked from any thread.</summary>
    public bool IsInUse => authority.SessionsCount > 0 || commits.UncommittedCount > 0;

    public int SessionsCount => authority.SessionsCount;

    /// <inheritdoc cref="DocumentAuthority.Leases"/>
    public IEnumerable<KeyValuePair<SessionId, long>> Leases => authority.Leases;

    public ImmutableArray<ConflictRecord> RecentConflicts => _conflicts.NewestFirst();

    /// <summary>Gives a session a lease. What its earlier connections still have on the way is void from here on, and what they got decided is awaited: the answer is exact.</summary>
    /// <remarks>
    /// Exact also means: this is the document's only writer at some moment after the lease was given. A client may send what it has pending
    /// in another form when it hears that it was not applied; an activation that does not know of its successor would say so wrongly, and edits get lost.
    /// </remarks>
    public async Task<Admission> AdmitAsync(SessionId session, string author)
    {
        if (!authority.IsAdmitted(session))
        {
            if (authority.SessionsCount >= options.SessionsLimit)
                return Over(Limit.SessionsPerDocument, new Refusal(RefusalReason.TooManySessions, $"The document has {authority.SessionsCount} sessions, the limit (Collab:Documents:SessionsLimit)."));
            // A session that was dismissed may have operations that the log does not have yet.
            if (NotDurable(await commits.Drained) is { } unknown)
                return Refuse(unknown);
            authority.Admit(session, author, await log.FindAsync(description.Id, session, null, CancellationToken.None));
        }

        var mark = authority.Admit(session, author, null);
        if (NotDurable(await commits.Drained) is { } undecided)
            return Refuse(undecided);
        return await IsOwnerAsync() ? new Admission(Description, mark.Lease, mark.Sequence, mark.Revision, Limits: options.Told) : Refuse(InDoubt());

        static Admission Refuse(Refusal refusal) => new(null, 0, 0, Revision.Zero, refusal);

        static Admission Over(Limit limit, Refusal refusal)
        {
            LimitMetrics.Reached(limit);
            return Refuse(refusal);
        }
    }

    public bool IsAdmitted(SessionId session) => authority.IsAdmitted(session);

    public bool Holds(SessionId session, long lease) => authority.Holds(session, lease);

    /// <summary>Ends the lease. False: the session has a newer one.</summary>
    public bool Dismiss(SessionId session, long lease)
    {
        authority.Dismiss(session, lease);
        return !authority.IsAdmitted(session);
    }

    /// <summary>The recovery verb.</summary>
    public async Task<CatchUp> ReadFromAsync(Revision? from)
    {
        if (from > commits.Durable)
            return Ahead(from.Value);
        if (from is { } revision && commits.Durable - revision <= options.CatchUpOperationsLimit
            && await ReadOperationsAsync(revision, ReadOperationsLimit) is { Refusal: null } read)
            return read;
        while (true)
        {
            var snapshot = await shared.ReadAsync(commits.Durable, commits.DurableContent, authority.Window.Start);
            // Refused when it took so long that what follows it is beyond window and retention.
            if (await FromWindowOrLogAsync(snapshot.Revision, ReadOperationsLimit) is { Refusal: null } following)
                return following with { Snapshot = snapshot };
        }
    }

    /// <summary>The content at the durable head, encoded and hashed off the turns.</summary>
    public Task<DocumentContent> ReadContentAsync()
    {
        var (revision, content) = (commits.Durable, commits.DurableContent);
        return Task.Run(() => new DocumentContent(new EncodedSnapshot(revision, SnapshotKeeper.Encode(content)), content.Hash()));
    }

    /// <summary>Durable operations after a revision, from the window or the log.</summary>
    public async Task<CatchUp> ReadOperationsAsync(Revision from, int limit)
    {
        if (from > commits.Durable)
            return Ahead(from);
        // Also where the window happens to have more: what can be read must not depend on when the document was loaded.
        if (from < snapshots.Start)
            return Trimmed(new HistoryTrimmedException(description.Id, from, snapshots.Start));
        return await FromWindowOrLogAsync(from, Math.Clamp(limit, 1, ReadOperationsLimit));
    }

    /// <summary>Compares a replica's content hash. Only the durable head is compared: an older content isn't kept, and the client asks again.</summary>
    public ContentCheck Check(Revision revision, uint hash)
    {
        if (revision != commits.Durable)
            return new ContentCheck(null);
        if (_checked?.Revision != revision)
            _checked = (revision, commits.DurableContent.Hash());
        bool isMatch = _checked.Value.Hash == hash;
        (isMatch ? DocumentMetrics.ContentMatches : DocumentMetrics.ContentMismatches).Inc();
        return isMatch
            ? new ContentCheck(true)
            : new ContentCheck(false, new Refusal(RefusalReason.ContentMismatch, $"The content hash at revision {revision} is {hash}, the document's is {_checked.Value.Hash}."));
    }

    /// <summary>Asks the log whose the document is: one question for all who are let in while the one before is on its way.</summary>
    private Task<bool> IsOwnerAsync()
    {
        // The answer that is on its way may be of before this lease was given. The next one is not, also for whoever asks in between.
        if (_ownerAsked is { IsCompleted: false } running)
            return _ownerAskedNext ??= AskOwnerAfterAsync(running);
        return _ownerAsked = AskOwnerAsync();
    }

    private async Task<bool> AskOwnerAfterAsync(Task<bool> running)
    {
        try
        {
            await running;
        }
        catch (Exception)
        {
            // Those who asked hear of it.
        }

        _ownerAskedNext = null;
        return await (_ownerAsked = AskOwnerAsync());
    }

    private async Task<bool> AskOwnerAsync()
    {
        if ((await log.DescribeAsync(description.Id, CancellationToken.None))?.Epoch != description.Epoch)
            commits.Fence();
        return !commits.HasFailed;
    }

    private async Task<CatchUp> FromWindowOrLogAsync(Revision from, int limit)
    {
        bool isInWindow = from >= authority.Window.Start;
        (isInWindow ? DocumentCaches.Window.Hits : DocumentCaches.Window.Misses).Inc();
        try
        {
            var operations = isInWindow
                ? FromWindow(from, limit)
                : [.. (await log.ReadAsync(description.Id, from, limit, ReadBytesLimit, CancellationToken.None)).Select(record => record.Committed)];
            return new CatchUp(null, operations, commits.Durable, description.Epoch);
        }
        catch (HistoryTrimmedException trimmed)
        {
            return Trimmed(trimmed);
        }
    }

    private ImmutableArray<CommittedOperation> FromWindow(Revision from, int limit)
    {
        int first = (int)(from - authority.Window.Start);
        int count = (int)Math.Min(commits.Durable - from, limit);
        var operations = ImmutableArray.CreateBuilder<CommittedOperation>(count);
        long bytes = 0;
        for (int i = 0; i < count && bytes < ReadBytesLimit; i++)
        {
            operations.Add(authority.Window[first + i]);
            bytes += operations[^1].Encoded.Length;
        }

        return operations.DrainToImmutable();
    }

    private CatchUp Ahead(Revision from) => new(
        null, [], commits.Durable, description.Epoch, new Refusal(RefusalReason.RevisionAhead, $"Revision {from} is after the head, revision {commits.Durable}."));

    private CatchUp Trimmed(HistoryTrimmedException trimmed) => new(
        null, [], commits.Durable, description.Epoch, new Refusal(RefusalReason.RevisionUnavailable, trimmed.Message));
}
