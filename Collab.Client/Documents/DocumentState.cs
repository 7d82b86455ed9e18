using Collab.Client.Access;
using Collab.Client.Messages;
using Collab.Client.Presence;
using Collab.Client.Quality;
using Collab.Operations;
using Collab.Operations.Deltas;

namespace Collab.Client.Documents;

/// <summary>
/// One document on the client's side, as <c>docs/protocol.md</c> has it: synchronized, outstanding, or outstanding with buffer. Pure: it
/// reads no clock and sends nothing. Inputs are methods; what they cause is taken with <see cref="TryTake(out ClientMessage)"/> and
/// <see cref="TryTake(out DocumentEvent)"/>. The connection drives it over a socket, the simulation over a scheduler.
/// </summary>
/// <remarks>Not safe for use by two threads at once.</remarks>
/// <param name="jitter">Spreads retries; seeded in the simulation.</param>
/// <param name="received">How many bytes the connection has received, in all.</param>
internal sealed class DocumentState(string document, string? name, string? color, Random jitter, Func<long>? received = null)
{
    /// <summary>A connection on which nobody answers a join is given up after this time, see <see cref="IsUnanswered"/>.</summary>
    public static readonly TimeSpan JoinTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Between two content hashes, at least. One costs a pass over the document on both sides.</summary>
    public static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(10);

    // Why a session is closed, or a join refused, by a host that stops: the same connection is of no more use.
    private const string HostStops = "server_shutdown";

    private readonly Queue<ClientMessage> _messages = [];
    private readonly Queue<DocumentEvent> _events = [];
    private readonly Backoff _backoff = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10), jitter);
    private readonly OutgoingEdits _outgoing = new(document, jitter);
    private readonly OwnPresence _presence = new();
    private readonly QualityMeter _quality = new();

    private TimeSpan _now;
    private Replica? _replica;
    private PresenceBoard? _others;
    private string? _token;
    private Limits? _limits;

    private bool _isConnected;
    private bool _isHeld;

    // The replica's content is not to be trusted, or not to be reached from: the next join asks for a snapshot.
    private bool _needsSnapshot;

    // The head at the time of admission: operations lead there, whatever else happens.
    private long _catchUpTo;

    // While joining: when to ask, null once asked; and when that was.
    private TimeSpan? _joinAt;
    private TimeSpan _joinedAt;

    // While live: when to read (again), null when nothing is missing.
    private TimeSpan? _readAt;
    private bool _isReading;

    private TimeSpan _checkAt;
    private long _checkedRevision;

    public string Document => document;

    public DocumentPhase Phase { get; private set; }

    /// <summary>Known once joined.</summary>
    public IDocumentKind? Kind { get; private set; }

    public string? Session => _outgoing.Session;

    public string Title { get; private set; } = "";

    /// <summary>Newest life of the document's authority that was heard of.</summary>
    public long Epoch { get; private set; }

    /// <summary>What is shown, pending edits included; null until loaded.</summary>
    public IContent? Content => _replica?.Content;

    /// <summary>The newest revision received; 0 until loaded.</summary>
    public long Revision => _replica?.Revision ?? 0;

    /// <summary>Whether everything typed is durable.</summary>
    public bool IsSaved => _outgoing.Outstanding is null && _replica?.Buffer is null;

    /// <summary>How many edits were made here.</summary>
    public long EditsMade => _outgoing.Made;

    /// <summary>How many of them are settled: durable, taken back, or come to nothing.</summary>
    public long EditsSaved => IsSaved ? EditsMade : _outgoing.Saved;

    /// <summary>What the person may do; null before the server has said, and from one that names no roles.</summary>
    public DocumentRole? Role => _outgoing.Role;

    /// <summary>Who the person is to the server; null for somebody anonymous.</summary>
    public string? Subject { get; private set; }

    public bool CanEdit => Phase != DocumentPhase.Closed && Role is null or >= DocumentRole.Editor;

    /// <summary>Whether what is pending is going nowhere: the role does not allow it, or the document is closed.</summary>
    public bool IsHeld => !IsSaved && (Phase == DocumentPhase.Closed || _outgoing.IsForbidden(_replica!));

    /// <summary>What is held; null if nothing is.</summary>
    public IDelta? Held => IsHeld ? _replica!.Pending : null;

    /// <summary>How many are here, this session included.</summary>
    public int PresenceCount => _others?.Count ?? 0;

    public bool HasBuffer => _replica?.Buffer is not null;

    /// <summary>How often the log held the own operation in another form than was shown; only a snapshot explains it.</summary>
    public int CorrectionsTotal { get; private set; }

    /// <summary>How often an outstanding operation was sent again.</summary>
    public int ResubmissionsTotal { get; private set; }

    /// <summary>
    /// Whether a join has gone unanswered for too long: the connection is to be closed and made anew. It is never repeated on the same one:
    /// answered twice after all, it would open two sessions, and what was submitted between the answers could belong to either.
    /// </summary>
    public bool IsUnanswered => Phase == DocumentPhase.Joining && _joinAt is null && _now - _joinedAt >= JoinTimeout;

    /// <summary>Whether the host has said that it stops: the connection is to be closed and made anew, which leads to another one.</summary>
    public bool IsToMove { get; private set; }

    public IReadOnlyList<RemotePresence> Others => _others is null ? [] : _others.Show(_replica!);

    public bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ClientMessage? message) => _messages.TryDequeue(out message);

    public bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out DocumentEvent? happened) => _events.TryDequeue(out happened);

    /// <summary>There is a connection.</summary>
    public void ConnectionOpened()
    {
        _isConnected = true;
        if (Phase is DocumentPhase.Closed or DocumentPhase.Idle)
            return;
        _backoff.Reset();
        Join();
    }

    /// <summary>The connection is gone, with whatever was under way on it. Edits go on into the buffer.</summary>
    public void ConnectionLost()
    {
        _isConnected = false;
        if (Phase is DocumentPhase.Closed or DocumentPhase.Idle)
            return;
        _quality.Stop();
        IsToMove = false;
        // What is not taken yet would go to the next connection, ahead of its join.
        _messages.Clear();
        _others?.Clear();
        _events.Enqueue(DocumentEvent.PresenceChanged.Instance);
        Enter(DocumentPhase.Offline);
    }

    /// <summary>The connection has a token that the server took.</summary>
    public void Authenticated()
    {
        if (Phase == DocumentPhase.Unauthenticated)
            Join();
    }

    /// <summary>There is no token that the server takes. What was edited is kept; a document of which nothing is here yet is refused, because there is nothing to keep.</summary>
    /// <param name="reason">What the server said; null if it was not asked.</param>
    public void SignedOut(string? reason, string detail)
    {
        if (reason is not null && _replica is null && Phase != DocumentPhase.Closed)
            Close(reason, detail);
    }

    /// <summary>Somebody is there again: leads back from <see cref="DocumentPhase.Idle"/>.</summary>
    public void Wake()
    {
        if (Phase != DocumentPhase.Idle)
            return;
        if (_isConnected)
            Join();
        else
            Enter(DocumentPhase.Offline);
    }

    /// <summary>Takes the held edits out of the content; null if none are held.</summary>
    public IDelta? Discard()
    {
        if (Held is not { } held)
            return null;
        _outgoing.Discarded();
        Show(_replica!.Discard(), ChangeOrigin.Undone);
        TellHeld();
        return held;
    }

    /// <summary>An edit made here, based on <see cref="Content"/>.</summary>
    /// <exception cref="InvalidOperationException">The document is not loaded, or closed.</exception>
    /// <exception cref="LengthMismatchException">The delta was made for content of another length; nothing has changed.</exception>
    public void Edit(IDelta delta)
    {
        if (_replica is null || Phase == DocumentPhase.Closed)
            throw new InvalidOperationException($"Document {document} is {(_replica is null ? "not loaded" : "closed")} and can't be edited.");
        bool isFirst = _replica.Buffer is null;
        _replica.Edit(delta);
        if (delta.IsIdentity)
            return;
        _outgoing.Edited(isFirst);
        _presence.Follow(Kind!, delta, CaretSide.AfterInsert);
        _events.Enqueue(new DocumentEvent.Changed(delta, _replica.Content, ChangeOrigin.Local));
        Wake();
        SubmitBuffer();
        TellHeld();
    }

    /// <summary>Shows others a selection in <see cref="Content"/>.</summary>
    public void ShowPresence(Selection? selection, bool isTyping)
    {
        _presence.Set(selection, isTyping);
        Wake();
        SendPresence();
    }

    /// <summary>Shows others nothing any more.</summary>
    public void ClearPresence()
    {
        _presence.Clear();
        SendPresence();
    }

    /// <summary>Ends the stay. What is pending is not waited for.</summary>
    public void Leave()
    {
        if (Phase is DocumentPhase.Live or DocumentPhase.Joining)
            _messages.Enqueue(new ClientMessage.Leave(document));
        Close("left", "The client left.");
    }

    /// <summary>A message of the server, in the order in which the connection brought it; of several joins' answers the newest's alone, see <see cref="UnansweredJoins"/>.</summary>
    public void Receive(ServerMessage message)
    {
        if (Phase is DocumentPhase.Closed or DocumentPhase.Offline or DocumentPhase.Idle)
            return;
        switch (message)
        {
            case ServerMessage.Joined joined:
                OnJoined(joined);
                break;
            case ServerMessage.Refused refused:
                OnRefused(refused);
                break;

            case ServerMessage.RoleChanged role:
                SetRole(role.Role);
                Proceed();
                break;

            // What follows belongs to a stay. A stay that is being replaced has nothing to say any more: what its successor needs, it reads.
            case ServerMessage.Closed closed when Phase == DocumentPhase.Live:
                OnClosed(closed);
                break;
            case ServerMessage.Operations operations when Phase == DocumentPhase.Live:
                OnOperations(operations);
                break;
            case ServerMessage.Acknowledged acknowledged when Phase == DocumentPhase.Live:
                OnAcknowledged(acknowledged);
                break;
            case ServerMessage.Presences presences when Phase == DocumentPhase.Live:
                if (_others!.Update(presences.Updates, Session, presences.Count))
                {
                    _presence.Refresh(_replica!.Revision, _now);
                    SendPresence();
                }

                _others.Remove(presences.Left);
                _events.Enqueue(DocumentEvent.PresenceChanged.Instance);
                break;
            case ServerMessage.Measured measured when Phase == DocumentPhase.Live:
                _quality.Measured(measured.Sent, measured.At, _now);
                break;
        }

        TellHeld();
    }

    /// <summary>The server sent something about this document that can't be read: what was missed with it is unknown.</summary>
    public void ReceiveUnreadable(string detail)
    {
        if (Phase is DocumentPhase.Live or DocumentPhase.Joining)
            Diverge(detail);
    }

    /// <summary>It is <paramref name="now"/>, on a clock that only goes forward. To be called about ten times a second.</summary>
    public void TimePassed(TimeSpan now)
    {
        _now = now;
        if (Phase == DocumentPhase.Joining && now >= _joinAt)
            Join();
        if (Phase != DocumentPhase.Live)
            return;
        if (_outgoing.IsDue(now) && !TrySubmitAgain())
            Read();
        if (_readAt <= now)
            Read();
        if (_outgoing.BarredUntil <= now)
            SubmitBuffer();
        SendPresence();
        SendCheck();
        if (_quality.Take(document, now, Bytes) is { } report)
            _messages.Enqueue(report);
    }

    private long Bytes => received?.Invoke() ?? 0;

    private void Join()
    {
        (_joinAt, _joinedAt) = (null, _now);
        _messages.Enqueue(new ClientMessage.Join(document, name, color, Session, _token, _needsSnapshot ? null : _replica?.Revision));
        Enter(DocumentPhase.Joining);
    }

    // The recovery for every trouble inside a connection. It always backs off a little: the trouble may be one that joining does not cure.
    private void Resync(bool needsSnapshot, TimeSpan? after = null)
    {
        _quality.Stop();
        _needsSnapshot |= needsSnapshot;
        _joinAt = _now + (after ?? _backoff.Next());
        Enter(DocumentPhase.Joining);
    }

    private void OnJoined(ServerMessage.Joined joined)
    {
        (_token, _limits, Kind) = (joined.Token, joined.Limits, joined.Kind);
        (Title, Epoch, _catchUpTo) = (joined.Title, Math.Max(Epoch, joined.Epoch), joined.Revision);
        _outgoing.Admitted(joined.Session, joined.AppliedSequence);
        if (joined.Snapshot is { } snapshot && (_replica is null || _needsSnapshot || snapshot.Revision > _replica.Revision))
            Adopt(snapshot, joined.AppliedRevision);
        if (_replica is null)
        {
            Resync(needsSnapshot: true);
            return;
        }

        _needsSnapshot = false;
        _others!.Clear();
        _others.Update(joined.Presence, Session, joined.Count);
        Subject = joined.Subject;
        SetRole(joined.Role);
        _quality.Start(_now, Bytes);
        Enter(DocumentPhase.Live);
        _events.Enqueue(DocumentEvent.PresenceChanged.Instance);
        ExpectOperations();
        _checkAt = _now + CheckInterval;
        _presence.Repeat();
        TrySubmitAgain();
        Proceed();
    }

    private void Adopt(Snapshot snapshot, long appliedRevision)
    {
        if (_replica is null)
        {
            _replica = new Replica(Kind!, snapshot.Revision, snapshot.Content);
            _others = new PresenceBoard(Kind!);
            _others.Restart(snapshot.Revision);
            _events.Enqueue(new DocumentEvent.Loaded(snapshot.Content));
            return;
        }

        if (_outgoing.Outstanding is { } outstanding)
        {
            if (!outstanding.IsApplied)
            {
                // The admission fenced every earlier connection: what was sent can't be applied any more. It goes with the buffer, as one new operation
                // under a new sequence: one sequence never stands for two edits. (Of another session's, lost with its token, that it was not applied is only
                // likely. Better twice than never.)
                _outgoing.Unsend(_replica);
            }
            else if (appliedRevision <= snapshot.Revision)
            {
                _replica.AbsorbOutstanding();
                Acknowledge(operation: null);
            }

            // Else the log has it after the snapshot: it stays outstanding and is recognised when it comes with the operations.
        }

        var change = _replica.Replace(snapshot.Revision, snapshot.Content);
        _others!.Restart(snapshot.Revision);
        Show(change, ChangeOrigin.Resynchronized);
    }

    // Not what the log has already: that comes with the operations.
    private bool TrySubmitAgain()
    {
        if (_outgoing.TakeAgain(_now) is not { } message)
            return false;
        ResubmissionsTotal++;
        _quality.Submitted(isAgain: true);
        _messages.Enqueue(message);
        return true;
    }

    private void OnOperations(ServerMessage.Operations operations)
    {
        long before = _replica!.Revision;
        bool isCaughtUp = before >= _catchUpTo;
        foreach (var operation in operations.List)
        {
            if (operation.Revision <= _replica.Revision)
                continue;
            if (operation.Revision > _replica.Revision + 1)
            {
                // A gap. One read is on its way for it at most; what comes live meanwhile has the same gap.
                if (!_isReading)
                    Read();
                return;
            }

            if (!TryTakeIn(operation))
                return;
            if (isCaughtUp)
                _quality.Received(operation.At, operation.Session == Session, _now);
        }

        if (_replica.Revision == before)
            return;
        ExpectOperations();
        _backoff.Reset();
        Proceed();
    }

    // Until the head of the admission is reached, operations must come; when none do for a while, they are asked for.
    private void ExpectOperations()
    {
        _isReading = false;
        _readAt = _replica!.Revision < _catchUpTo ? _now + OutgoingEdits.AnswerTimeout : null;
    }

    private bool TryTakeIn(Operation operation)
    {
        try
        {
            if (_outgoing.Outstanding?.Is(operation) == true)
            {
                var correction = _replica!.Acknowledge(operation.Delta);
                _others!.Advance(operation);
                if (correction is not null)
                {
                    CorrectionsTotal++;
                    Show(correction, ChangeOrigin.Resynchronized, operation);
                }

                Acknowledge(operation);
                return true;
            }

            var change = _replica!.Receive(operation.Delta);
            _others!.Advance(operation);
            Show(change, ChangeOrigin.Remote, operation);
            return true;
        }
        catch (Exception unfit) when (unfit is LengthMismatchException or DeltaFormatException)
        {
            Diverge($"Operation {operation.Revision} does not fit: {unfit.Message}");
            return false;
        }
    }

    private void OnAcknowledged(ServerMessage.Acknowledged acknowledged)
    {
        if (_outgoing.Own is not { } own || own.Message.Sequence != acknowledged.Sequence)
            return;
        own.IsApplied = true;
        if (acknowledged.Revision > _replica!.Revision)
            Read();
        else
            Diverge($"Sequence {acknowledged.Sequence} is operation {acknowledged.Revision}, but was not recognised on the way to revision {_replica.Revision}.");
    }

    private void OnClosed(ServerMessage.Closed closed)
    {
        if (closed.Action == RefusalAction.GiveUp)
        {
            Close(closed.Reason, "The server ended the session.");
            return;
        }

        if (closed.Action == RefusalAction.Authenticate)
        {
            AwaitToken();
            return;
        }

        // At once it would only be idle again; but what was edited meanwhile is on its way.
        if (closed.Reason == "inactive_timeout" && (IsSaved || IsHeld))
        {
            _quality.Stop();
            _others!.Clear();
            _events.Enqueue(DocumentEvent.PresenceChanged.Instance);
            Enter(DocumentPhase.Idle);
            return;
        }

        // Another connection has the session. Two that took it from each other would do so for ever.
        if (closed.Reason == "superseded")
            LeaveSession();

        IsToMove = closed.Reason == HostStops;
        Resync(needsSnapshot: false);
    }

    private void OnRefused(ServerMessage.Refused refused)
    {
        var refusal = refused.Refusal;
        if (refusal.Action == RefusalAction.Authenticate)
        {
            AwaitToken();
        }
        else if (refused.Verb == "join")
        {
            if (Phase == DocumentPhase.Joining)
                OnJoinRefused(refusal);
        }
        else if (Phase == DocumentPhase.Live && refusal.Action == RefusalAction.Retry && refused.Verb is "presence" or "quality" or "check")
        {
            Postpone(refused.Verb, _now + (refusal.RetryAfter ?? _backoff.Next()));
        }
        else if (refused.Verb is "quality" or "?")
        {
            // A server from before there was this verb.
            _quality.Stop();
        }
        else if (Phase != DocumentPhase.Live || refused.Verb == "presence" && refusal.Action != RefusalAction.Resync)
        {
            // An answer to a stay that is being replaced, or to a cursor that has moved on since.
        }
        else if (refused.Verb == "submit" && refused.Sequence is { } sequence && sequence != _outgoing.Outstanding?.Message.Sequence)
        {
            // About an operation that has been settled.
        }
        else if (refusal.Action == RefusalAction.Resync)
        {
            if (refused.Verb == "submit" && refusal.Reason == "revision_unavailable")
                _outgoing.SendFromHead();
            if (refusal.Reason is "content_mismatch" or "length_mismatch")
                Diverge(refusal.Detail);
            else
                Resync(NeedsSnapshot(refusal));
        }
        else if (refused.Verb == "submit" && _outgoing.Outstanding is not null)
        {
            if (refusal.Reason == "forbidden")
                Hold();
            else if (refusal.Action == RefusalAction.GiveUp)
                GiveUp(refusal);
            else
                _outgoing.RepeatAt(_now + (refusal.RetryAfter ?? _backoff.Next()));
        }
        else if (refused.Verb == "read")
        {
            _readAt = _now + (refusal.RetryAfter ?? _backoff.Next());
        }
    }

    private void OnJoinRefused(Refusal refusal)
    {
        if (refusal.Action != RefusalAction.GiveUp)
        {
            IsToMove = refusal.Reason == HostStops;
            Resync(NeedsSnapshot(refusal), refusal.RetryAfter);
        }
        else if (refusal.Reason == "token_invalid" && _token is not null)
        {
            // A new session then. What is outstanding in the old one is recognised in the stream if it was applied; see Proceed.
            LeaveSession();
            Join();
        }
        else
        {
            Close(refusal.Reason, refusal.Detail);
        }
    }

    // Reasons for which the content at the own revision is of no use to go on from.
    private static bool NeedsSnapshot(Refusal refusal) =>
        refusal.Reason is "revision_unavailable" or "revision_ahead" or "content_mismatch" or "length_mismatch";

    private void GiveUp(Refusal refusal)
    {
        _outgoing.Undone();
        Show(_replica!.Undo(), ChangeOrigin.Undone);
        _events.Enqueue(new DocumentEvent.EditRefused(refusal));
        Proceed();
    }

    private void Hold()
    {
        if (!_outgoing.Hold(_replica!, _now))
            Resync(needsSnapshot: false);
    }

    private void LeaveSession()
    {
        _outgoing.LeaveSession();
        _token = null;
    }

    private void SetRole(DocumentRole? role)
    {
        if (_outgoing.SetRole(role))
            _events.Enqueue(new DocumentEvent.RoleChanged(role));
    }

    private void TellHeld()
    {
        if (IsHeld == _isHeld)
            return;
        _isHeld = IsHeld;
        _events.Enqueue(new DocumentEvent.HeldChanged(_isHeld));
    }

    // Whoever knows the token sends it, and says when it was taken.
    private void AwaitToken()
    {
        _quality.Stop();
        Enter(DocumentPhase.Unauthenticated);
    }

    // A verb that matters to nobody else was too much for the server: later, then.
    private void Postpone(string verb, TimeSpan until)
    {
        if (verb == "presence")
            _presence.Postpone(until);
        else if (verb == "quality")
            _quality.Postpone(until);
        else
            (_checkAt, _checkedRevision) = (until, -1);
    }

    private void Diverge(string detail)
    {
        _events.Enqueue(new DocumentEvent.Diverged(detail));
        Resync(needsSnapshot: true);
    }

    private void Acknowledge(Operation? operation)
    {
        _outgoing.Acknowledged();
        _events.Enqueue(new DocumentEvent.Acknowledged(operation, IsSaved));
    }

    // What can be done now that something has arrived.
    private void Proceed()
    {
        if (Phase != DocumentPhase.Live)
            return;
        if (_outgoing.Outstanding is not null && _outgoing.Own is null && _replica!.Revision >= _catchUpTo)
        {
            // Sent in a session whose token was refused, and not in the log up to the head: it is sent anew, in this session.
            _outgoing.Unsend(_replica);
        }

        SubmitBuffer();
        SendPresence();
    }

    private void SubmitBuffer()
    {
        if (Phase != DocumentPhase.Live || _outgoing.Take(_replica!, _replica!.Revision >= _catchUpTo, _now) is not { } taken)
            return;
        var message = taken.Message;
        if (message.Delta.Length <= _limits!.OperationBytes)
        {
            _quality.Submitted(isAgain: false);
            _messages.Enqueue(message);
            _events.Enqueue(new DocumentEvent.Submitted(taken.Session, message.Sequence, taken.FirstEdit, taken.EditsCovered));
            return;
        }

        // The server could only refuse it, or close the connection over it, again and again.
        GiveUp(new Refusal(
            "operation_too_large", RefusalAction.GiveUp, $"The edits waiting make a delta of {message.Delta.Length} bytes, over the limit of {_limits.OperationBytes}."));
    }

    private void Read()
    {
        _isReading = true;
        _readAt = _now + OutgoingEdits.AnswerTimeout;
        _messages.Enqueue(new ClientMessage.Read(document, _replica!.Revision));
    }

    private void SendPresence()
    {
        if (Phase == DocumentPhase.Live && _replica!.Revision >= _catchUpTo && _presence.Take(document, Kind!, _replica, _now) is { } message)
            _messages.Enqueue(message);
    }

    private void SendCheck()
    {
        if (_now < _checkAt || !IsSaved || _readAt is not null || _replica!.Revision == _checkedRevision)
            return;
        _checkAt = _now + CheckInterval;
        _checkedRevision = _replica.Revision;
        _messages.Enqueue(new ClientMessage.Check(document, _replica.Revision, _replica.Content.Hash()));
    }

    private void Show(IDelta change, ChangeOrigin origin, Operation? operation = null)
    {
        _presence.Follow(Kind!, change, CaretSide.BeforeInsert);
        _events.Enqueue(new DocumentEvent.Changed(change, _replica!.Content, origin, operation));
    }

    private void Close(string reason, string detail)
    {
        Enter(DocumentPhase.Closed);
        _quality.Stop();
        _others?.Clear();
        TellHeld();
        _events.Enqueue(new DocumentEvent.Closed(reason, detail));
    }

    private void Enter(DocumentPhase phase)
    {
        if (Phase == phase)
            return;
        Phase = phase;
        _events.Enqueue(new DocumentEvent.PhaseChanged(phase));
    }
}
