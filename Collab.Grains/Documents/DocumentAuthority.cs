using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Collab.Contracts.Access;
using Collab.Contracts.Documents;
using Collab.Contracts.Refusals;
using Collab.Grains.Log;
using Collab.Observability;
using Collab.Operations;
using Collab.Operations.Conflicts;

namespace Collab.Grains.Documents;

/// <summary>
/// Decides about the operations of one document: duplicate or new, rebased over what, conflicting with what, and which
/// revision it makes. Pure: no clock, no waiting, no I/O; the grain and the simulation run the same one.
/// </summary>
/// <remarks>
/// It runs ahead of the log: <see cref="Head"/> counts what is decided. Whoever drives it makes the decisions durable in
/// order and throws the authority away when that fails; it never takes a decision back.
/// </remarks>
public sealed class DocumentAuthority
{
    private const int ScratchBytesKept = 16 << 10;

    /// <summary>So many of a lease's bits count those of one epoch, the others are the epoch.</summary>
    private const int LeaseBits = 32;

    private static readonly string[] Words = [.. Enum.GetNames<ConflictResolution>().Select(RefusalReasons.SnakeCase)];

    // One of a thread: to make one takes as long as to use it.
    [ThreadStatic]
    private static IncrementalHash? _sha256;

    private readonly Dictionary<SessionId, SessionMark> _sessions = [];
    private readonly IDocumentKind _kind;
    private readonly ConflictPolicy _policy;
    private readonly DocumentOptions _options;
    private readonly DeltaLimits _limits;
    private ArrayBufferWriter<byte> _scratch = new(256);
    private long _lastLease;

    /// <param name="epoch">Of this life of the document: what was sent under a lease of another one must never fit a lease of this one.</param>
    /// <param name="revision">The revision of <paramref name="content"/>; later operations are added with <see cref="Replay"/>.</param>
    public DocumentAuthority(IDocumentKind kind, ConflictPolicy policy, DocumentOptions options, long epoch, Revision revision, IContent content)
    {
        _lastLease = epoch << LeaseBits;
        _kind = kind;
        _policy = policy;
        _options = options;
        _limits = new DeltaLimits(options.OperationBytesLimit, options.OperationComponentsLimit, options.OperationDepthLimit);
        Window = new OperationWindow(kind, revision, options.WindowOperationsLimit, options.WindowBytesLimit);
        Content = content;
    }

    /// <summary>The newest revision decided, durable or not.</summary>
    public Revision Head => Window.Head;

    /// <summary>The document at <see cref="Head"/>.</summary>
    public IContent Content { get; private set; }

    public OperationWindow Window { get; }

    public int SessionsCount => _sessions.Count;

    /// <summary>Applies an operation that the log has, while loading.</summary>
    /// <exception cref="LengthMismatchException">The log and the content disagree: the document is damaged.</exception>
    public void Replay(LogRecord record)
    {
        var entry = Entry(record);
        Content = Content.Apply(entry.Delta);
        Window.Add(record.Session, record.Sequence, entry.Author, record.Encoded.Span, entry.Delta);
    }

    /// <summary>Reads an operation of the log, for <see cref="Decide"/>'s history.</summary>
    public WindowEntry Entry(LogRecord record) => WindowEntry.Read(_kind, record);

    /// <summary>Admits a session: the lease is new, an older one of the same session is void.</summary>
    /// <param name="newest">The session's newest operation in the log, if it has one.</param>
    public SessionMark Admit(SessionId session, string author, AppliedSequence? newest)
    {
        var mark = _sessions.TryGetValue(session, out var known) && known.Sequence >= (newest?.Sequence ?? 0)
            ? known with { Lease = ++_lastLease, Author = author }
            : new SessionMark(session, ++_lastLease, author, newest?.Sequence ?? 0, newest?.Revision ?? Revision.Zero, newest?.SubmittedHash ?? 0);
        return _sessions[session] = mark;
    }

    public bool IsAdmitted(SessionId session) => _sessions.ContainsKey(session);

    public bool Holds(SessionId session, long lease) => _sessions.TryGetValue(session, out var mark) && mark.Lease == lease;

    /// <summary>Who is admitted, with the lease.</summary>
    public IEnumerable<KeyValuePair<SessionId, long>> Leases => _sessions.Select(session => KeyValuePair.Create(session.Key, session.Value.Lease));

    public void Dismiss(SessionId session, long lease)
    {
        if (_sessions.TryGetValue(session, out var mark) && mark.Lease == lease)
            _sessions.Remove(session);
    }

    /// <summary>Decides. On <see cref="Decision.Applied"/> the authority has moved on; on everything else nothing has changed.</summary>
    /// <param name="history">What an earlier <see cref="Decision.NeedsHistory"/> asked for, consecutive and ending where the window starts or later; else empty.</param>
    /// <param name="at">The server's clock, written into the operation.</param>
    public Decision Decide(Submission submission, IReadOnlyList<WindowEntry> history, DateTimeOffset at)
    {
        if (!_sessions.TryGetValue(submission.Session, out var mark) || mark.Lease != submission.Lease)
            return new Decision.Refused(RefusalReason.NotAdmitted, $"Session {submission.Session} has no lease {submission.Lease} here.");
        if (submission.Delta.Length > _options.OperationBytesLimit)
            return Over(Limit.OperationBytes, RefusalReason.OperationTooLarge, $"Delta has {submission.Delta.Length} bytes, over the limit of {_options.OperationBytesLimit} (Collab:Documents:OperationBytesLimit).");
        if (submission.Sequence < 1)
            return new Decision.Refused(RefusalReason.Malformed, $"Sequence {submission.Sequence} is not positive.");
        if (submission.Base.Value < 0)
            return new Decision.Refused(RefusalReason.Malformed, $"Base {submission.Base} is negative.");

        IDelta delta;
        try
        {
            delta = _kind.DecodeDelta(submission.Delta.Span, _limits);
        }
        catch (DeltaLimitException over)
        {
            return over.Limit == nameof(DeltaLimits.Depth)
                ? Over(Limit.OperationDepth, RefusalReason.Malformed, $"{over.Message} (Collab:Documents:OperationDepthLimit)")
                : Over(Limit.OperationComponents, RefusalReason.OperationTooLarge, $"{over.Message} (Collab:Documents:OperationComponentsLimit)");
        }
        catch (DeltaFormatException malformed)
        {
            return new Decision.Refused(RefusalReason.Malformed, malformed.Message);
        }

        _scratch.ResetWrittenCount();
        delta.Encode(_scratch);
        ulong hash = SubmittedHash(submission.Base, _scratch.WrittenSpan);
        if (submission.Sequence == mark.Sequence)
            return SettleSame(submission, mark.SubmittedHash == hash, mark.Revision);
        if (submission.Sequence < mark.Sequence)
            return Decision.NeedsRecord.Instance;
        // After what settles an operation that was applied before: its author may know that, whatever has become of the role since.
        return Forbid(submission, delta) ?? Rebase(submission, mark, delta, hash, history, at);
    }

    /// <summary>Settles a submission whose sequence the session has left behind.</summary>
    /// <param name="applied">What the log has under (session, sequence), if anything.</param>
    /// <param name="start">Where the log begins: of what lies before, it knows only each session's newest.</param>
    public Decision Settle(Submission submission, AppliedSequence? applied, Revision start)
    {
        if (applied is null)
        {
            string fate = start == Revision.Zero
                ? "was never applied"
                : $"was applied or given up before revision {start}; its operation is beyond retention";
            return new Decision.Refused(RefusalReason.SequenceStale, $"Session {submission.Session} is beyond sequence {submission.Sequence}, which {fate}.");
        }

        var canonical = new ArrayBufferWriter<byte>(submission.Delta.Length);
        _kind.DecodeDelta(submission.Delta.Span, _limits).Encode(canonical);
        return SettleSame(submission, applied.SubmittedHash == SubmittedHash(submission.Base, canonical.WrittenSpan), applied.Revision);
    }

    private static Decision.Refused Over(Limit limit, RefusalReason reason, string detail) => new(reason, detail) { Limit = limit };

    private static Decision SettleSame(Submission submission, bool isSame, Revision revision) => isSame
        ? new Decision.Duplicate(revision)
        : new Decision.Refused(RefusalReason.SequenceReused, $"Sequence {submission.Sequence} of session {submission.Session} was applied as revision {revision} with another base or delta.");

    // Looked at before rebasing: what changes nothing but comments still does so when it has been moved.
    private Decision.Refused? Forbid(Submission submission, IDelta delta) => submission.Role switch
    {
        null or >= Role.Editor => null,
        Role.Commenter when _kind.ChangesOnlyComments(delta) => null,
        Role.Commenter => new Decision.Refused(RefusalReason.Forbidden, "The role is commenter, which may change nothing but rich-text attributes named comment or comment-…; this operation takes the role editor."),
        var role => new Decision.Refused(RefusalReason.Forbidden, $"The role is {RefusalReasons.SnakeCase(role.Value.ToString())}; to submit takes the role editor, or commenter for a comment."),
    };

    private Decision Rebase(Submission submission, SessionMark mark, IDelta delta, ulong hash, IReadOnlyList<WindowEntry> history, DateTimeOffset at)
    {
        if (submission.Base > Head)
            return new Decision.Refused(RefusalReason.RevisionAhead, $"Base {submission.Base} is after the head, revision {Head}.");
        long distance = Head - submission.Base;
        if (distance > _options.RebaseOperationsLimit)
            return new Decision.Refused(RefusalReason.RevisionUnavailable, $"Base {submission.Base} is {distance} operations behind the head, over the limit of {_options.RebaseOperationsLimit} (Collab:Documents:RebaseOperationsLimit).");
        if (!TryCollect(submission.Base, (int)distance, history, out var over))
            return new Decision.NeedsHistory(submission.Base, Window.Start);

        try
        {
            var rebased = distance == 0 ? new Rebased(delta, [], 0) : _kind.Rebase(delta, over);
            var conflicts = rebased.ConflictsTotal == 0 ? [] : Conflicts(submission, mark, rebased, history, at);
            if (rebased.ConflictsTotal > 0 && _policy == ConflictPolicy.Strict)
                return RefuseConflict(submission, conflicts, rebased.ConflictsTotal);
            var content = Content.Apply(rebased.Delta);
            if (content.Length > _options.DocumentLengthLimit && content.Length > Content.Length)
                return Over(Limit.DocumentLength, RefusalReason.DocumentTooLong, $"The document would be {content.Length} long, over the limit of {_options.DocumentLengthLimit} (Collab:Documents:DocumentLengthLimit).");
            return Accept(submission, mark, delta, rebased, content, hash, conflicts, at, (int)distance);
        }
        catch (LengthMismatchException mismatch)
        {
            return new Decision.Refused(RefusalReason.LengthMismatch, $"Delta has base length {mismatch.BaseLength} but the document is {mismatch.ActualLength} long at revision {submission.Base}.");
        }
        catch (DeltaFormatException malformed)
        {
            return new Decision.Refused(RefusalReason.Malformed, malformed.Message);
        }
    }

    private Decision.Applied Accept(
        Submission submission, SessionMark mark, IDelta submitted, Rebased rebased, IContent content, ulong hash, ConflictRecord[] conflicts, DateTimeOffset at, int distance)
    {
        // The scratch buffer still holds the submitted delta's canonical bytes.
        if (!ReferenceEquals(rebased.Delta, submitted))
        {
            _scratch.ResetWrittenCount();
            rebased.Delta.Encode(_scratch);
        }

        var encoded = Window.Add(
            mark.Session,
            submission.Sequence,
            mark.Author,
            OperationEncoding.Write(submission.Session, submission.Sequence, mark.Author, at, _scratch.WrittenSpan, OperationEncoding.EncodeConflicts(conflicts)),
            rebased.Delta);
        // One paste must not cost its size for as long as the document is active.
        if (_scratch.Capacity > ScratchBytesKept)
            _scratch = new(256);
        var record = new LogRecord(Head, mark.Session, submission.Sequence, hash, encoded);
        _sessions[submission.Session] = mark with { Sequence = submission.Sequence, Revision = record.Revision, SubmittedHash = hash };
        Content = content;
        return new Decision.Applied(record, content, distance, conflicts, rebased.ConflictsTotal);
    }

    private static Decision.Refused RefuseConflict(Submission submission, ConflictRecord[] conflicts, int total)
    {
        string refused = Word(ConflictResolution.Refused);
        var records = Array.ConvertAll(conflicts, conflict => conflict with { Resolution = refused });
        var refusal = new Refusal(
            RefusalReason.Conflict,
            $"Sequence {submission.Sequence} has {total} conflicts with concurrent operations and the document's policy is strict.",
            Conflicts: OperationEncoding.EncodeConflicts(records));
        return new Decision.Refused(refusal, records);
    }

    private ConflictRecord[] Conflicts(Submission submission, SessionMark mark, Rebased rebased, IReadOnlyList<WindowEntry> history, DateTimeOffset at)
    {
        var revision = _policy == ConflictPolicy.Strict ? Head : Head.Next;
        var records = new ConflictRecord[rebased.Conflicts.Count];
        for (int i = 0; i < records.Length; i++)
        {
            var conflict = rebased.Conflicts[i];
            var other = Over(submission.Base, conflict.OverIndex, history);
            records[i] = new ConflictRecord(
                conflict.Kind, Word(conflict.Resolution), revision, submission.Session, mark.Author, conflict.Start, conflict.Length,
                other.Operation.Revision, other.Operation.Session, other.Author, at);
        }

        return records;
    }

    // What lies between the base and the head, out of the history read from the log and the window.
    private bool TryCollect(Revision from, int distance, IReadOnlyList<WindowEntry> history, out IDelta[] over)
    {
        over = [];
        long fromHistory = Window.Start - from;
        if (fromHistory > 0 && (history.Count < fromHistory || history[0].Operation.Revision != from.Next))
            return false;
        if (distance == 0)
            return true;
        over = new IDelta[distance];
        for (int i = 0; i < distance; i++)
            over[i] = i < fromHistory ? history[i].Delta : Window.Delta(i - (int)fromHistory);
        return true;
    }

    private WindowEntry Over(Revision from, int index, IReadOnlyList<WindowEntry> history)
    {
        int inWindow = (int)(from - Window.Start) + index;
        return inWindow < 0 ? history[index] : Window.Entry(inWindow);
    }

    private static string Word(ConflictResolution resolution) => Words[(int)resolution];

    private static ulong SubmittedHash(Revision from, ReadOnlySpan<byte> delta)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        var sha256 = _sha256 ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha256.AppendData(delta);
        sha256.GetHashAndReset(digest);
        // The base takes part by a mix instead of a second pass: equal deltas on different bases must differ, nothing more is needed.
        return BinaryPrimitives.ReadUInt64LittleEndian(digest) ^ (unchecked((ulong)from.Value + 1) * 0x9E3779B97F4A7C15);
    }
}
