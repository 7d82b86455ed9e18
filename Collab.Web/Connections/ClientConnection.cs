using Collab.Contracts;
using Collab.Contracts.Access;
using Collab.Contracts.Documents;
using Collab.Contracts.Presence;
using Collab.Contracts.Refusals;
using Collab.Contracts.Sessions;
using Collab.Observability;
using Collab.Resilience;
using Collab.Web.Cluster;
using Collab.Web.Delivery;
using Collab.Web.Limits;
using Collab.Web.Messages;
using Collab.Web.Quality;
using Collab.Web.Security;

namespace Collab.Web.Connections;

/// <summary>One client's WebSocket: what it asks for, on which documents, and the outbox that everything is answered through.</summary>
internal sealed partial class ClientConnection(
    IClientTransport transport, ConnectionCaller caller, LocalConnections local, ClusterCalls cluster, DocumentFeeds feeds, StayRoles roles, SnapshotTurns snapshots, CollabOptions options, TimeProvider time,
    ILogger<ClientConnection> logger)
{
    // How long a connection that is closed for a reason has to take the reason.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    private readonly ILogger<ClientConnection> _logger = logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<DocumentId, Seat> _seats = [];
    private readonly long _openedAt = time.GetTimestamp();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RateBucket _requests = new(options.Limits.RequestsPerSecond, time, holds: 2 * options.Limits.DocumentsPerConnection);
    private int _stays;
    private bool _isEstablished;
    private volatile bool _isClosed;

    public string Id => transport.Id;

    /// <summary>Who is behind it.</summary>
    public ConnectionCaller Caller => caller;

    public Outbox Outbox { get; } = new(transport, options.Delivery);

    /// <summary>For how long nothing came from the client.</summary>
    public TimeSpan SilentFor => transport.SilentFor;

    /// <summary>Completes when the WebSocket is gone.</summary>
    public Task WhenClosed => _closed.Task;

    public void Refuse(RefusedMessage message) => Refuse(message.Document, message.Verb, message.Refusal, message.Sequence);

    public void Authenticate(AuthenticateMessage message)
    {
        if (!IsTooMuch(null, "authenticate"))
            caller.Authenticate(message.Token);
    }

    public void Join(JoinMessage message)
    {
        if (caller.IsUnknown)
        {
            Refuse(message.Document, "join", ConnectionCaller.Unknown);
            return;
        }

        if (message.Version != 1)
        {
            Refuse(message.Document, "join", new Refusal(RefusalReason.UnsupportedVersion, $"Protocol version {message.Version} was asked for; this server speaks version 1."));
            return;
        }

        if (local.IsLeft)
        {
            Refuse(message.Document, "join", new Refusal(RefusalReason.ServerShutdown, "This host is stopping, or has lost the cluster; connect again to be served by another.", TimeSpan.FromSeconds(1)));
            return;
        }

        if (IsTooMuch(message))
            return;
        Refusal? refusal = null;
        var span = HubSpan.Hold();
        lock (_gate)
        {
            if (!_seats.TryGetValue(message.Document, out var seat) && _seats.Count < options.Limits.DocumentsPerConnection)
                _seats[message.Document] = seat = new Seat();
            if (seat is null)
                refusal = Over(
                    Limit.DocumentsPerConnection, RefusalReason.TooManyDocuments, $"The connection is in {options.Limits.DocumentsPerConnection} documents, the limit (Collab:Limits:DocumentsPerConnection).");
            else if (!seat.TryRun(() => JoinAsync(seat, message, span)))
                refusal = new Refusal(RefusalReason.Overloaded, "Several joins and leaves of this document are under way on this connection.");
        }

        if (refusal is null)
            return;
        Refuse(message.Document, "join", refusal);
        span.Dispose();
    }

    /// <summary>Takes no role: whoever may not be there any more may go.</summary>
    public void Leave(LeaveMessage message)
    {
        // Never refused, for it gives something back; but it counts.
        _requests.Take(1);
        lock (_gate)
        {
            // Leaving where one is not needs no answer: it is done.
            if (_seats.TryGetValue(message.Document, out var seat))
                seat.TryRun(() => LeaveAsync(message.Document, seat, SessionCloseReason.NormalClose), always: true);
        }
    }

    public void Submit(SubmitMessage message)
    {
        if (Find(message, message.Sequence) is not { } stay)
            return;
        stay.Touch();
        if (stay.Rate.TryTake() is { } wait)
        {
            Refuse(message.Document, "submit", Over(
                Limit.SessionOperations, RefusalReason.RateLimited,
                $"The session submits more than {options.Limits.OperationsPerSecond} operations a second, the limit (Collab:Limits:OperationsPerSecond).", wait), message.Sequence);
        }
        else if (Interlocked.Increment(ref stay.Submissions) > options.Limits.SubmissionsPerSession)
        {
            Interlocked.Decrement(ref stay.Submissions);
            Refuse(message.Document, "submit", Over(
                Limit.SubmissionsPerSession, RefusalReason.Overloaded,
                $"{options.Limits.SubmissionsPerSession} submissions of this session are under way, the limit (Collab:Limits:SubmissionsPerSession); a client has one outstanding."), message.Sequence);
        }
        else
        {
            stay.Feed!.Submissions.Add(new PendingSubmission(stay, message.Sequence, message.Base, message.Delta, HubSpan.Hold().Of(stay.Session)));
        }
    }

    /// <summary>A submission is refused, or was applied. Applied now, it comes back on the stream, and that is the acknowledgement.</summary>
    public void Answer(Stay stay, long sequence, SubmitOutcome outcome, HubSpan span)
    {
        if (outcome.Refusal is { } refusal)
        {
            // It reached the document after its session had been given up, and is like whatever crossed the goodbye: see RefuseNotJoined.
            if (refusal.Reason != RefusalReason.NotAdmitted || !local.IsLeft)
                Refuse(stay.Document, "submit", refusal, sequence);
            return;
        }

        span.Settle(outcome.Revision, outcome.IsDuplicate);
        if (outcome.IsDuplicate)
            Outbox.Post(ServerMessages.Acknowledged(stay.Document, sequence, outcome.Revision));
    }

    /// <summary>Nobody knows what became of a submission.</summary>
    public void Fail(Stay stay, long sequence, Exception failure)
    {
        LogCallFailed("submit", stay.Document, failure);
        Refuse(stay.Document, "submit", GrainFailures.Refuse(failure), sequence);
    }

    public void Read(ReadMessage message)
    {
        if (IsTooMuch(message) || Find(message) is not { } stay)
            return;
        stay.Touch();
        stay.BringUp(Outbox.Rewind(stay, message.From));
    }

    public void Presence(PresenceMessage message)
    {
        if (Find(message) is not { } stay)
            return;
        stay.Touch();
        stay.Show(stay.Presence with { Revision = message.Revision, State = message.State });
    }

    public void Check(CheckMessage message)
    {
        if (!IsTooMuch(message) && Find(message) is { } stay)
            _ = CheckAsync(stay, message);
    }

    /// <summary>Answered at once, from the hub's own thread: whatever waits here would be measured as the network's.</summary>
    public void Quality(QualityMessage message)
    {
        if (IsTooMuch(message) || Find(message) is not { } stay)
            return;
        // Kept before it is answered: whoever has the answer finds the report.
        stay.Sample = message.Report.At(time.GetUtcNow());
        QualityMetrics.Observe(stay.Sample);
        Outbox.Post(ServerMessages.Measured(message.Document, message.Sent, time.GetUtcNow()));
    }

    /// <summary>The cluster ended a stay; the client is told why, and nothing more is delivered to it.</summary>
    public void Close(Stay stay, SessionCloseReason reason) => Close(stay, reason, isNews: false);

    /// <summary>This host ends a stay; the client is told why, and so is the cluster.</summary>
    public void End(Stay stay, SessionCloseReason reason) => Close(stay, reason, isNews: true);

    /// <summary>The cluster knows of the session no more; its client has to come back with its token.</summary>
    public void Lose(Stay stay) => Outbox.Lose(
        stay, ServerMessages.Refused(stay.Document, "read", null, new Refusal(RefusalReason.NotAdmitted, $"Session {stay.Session} is not open any more; its resume token opens it again.")));

    /// <summary>Nobody is known behind it any more: every stay ends, and its session waits for somebody who may come back to it.</summary>
    public void Expire()
    {
        lock (_gate)
        {
            // Their own turns: of what is on its way in nothing is to stay behind.
            foreach (var (document, seat) in _seats)
                seat.TryRun(() => ExpireAsync(document, seat), always: true);
        }
    }

    /// <summary>The credential was revoked: every stay ends at once, and nobody is known any more.</summary>
    public void Revoke()
    {
        lock (_gate)
        {
            foreach (var (document, seat) in _seats)
            {
                if (seat.Stay is { } stay)
                    Silence(stay);
                // Its own turn besides: of what is on its way in nothing is to stay behind.
                seat.TryRun(() => RevokeAsync(document, seat), always: true);
            }
        }
    }

    /// <summary>Asks again what the caller may do in each document that it is in.</summary>
    public void AskRoles()
    {
        Stay[] stays;
        lock (_gate)
            stays = [.. _seats.Values.Select(seat => seat.Stay).OfType<Stay>()];
        foreach (var stay in stays)
            _ = roles.AskAgainAsync(stay);
    }

    /// <summary>The caller may not even be there any more.</summary>
    public void Revoke(Stay stay)
    {
        Silence(stay);
        End(stay, SessionCloseReason.PermissionRevoked);
    }

    /// <summary>Nobody said in time who they are.</summary>
    public void TimeOut(TimeSpan limit)
    {
        AccessMetrics.TimedOut();
        Refuse(null, "authenticate", new Refusal(
            RefusalReason.Unauthenticated, $"Nobody was known behind this connection for {limit.TotalSeconds} s, the limit (Collab:Access:AuthenticationTimeout); it is closed."));
        _ = CutAsync();
    }

    /// <summary>The host stops, or has lost the cluster: tells every session to go on elsewhere, and completes when that has been written.</summary>
    /// <param name="isToldToCluster">Whether the cluster is told, too.</param>
    public async Task SayGoodbyeAsync(bool isToldToCluster)
    {
        Seat[] seats;
        lock (_gate)
            seats = [.. _seats.Values];
        foreach (var stay in seats.Select(seat => seat.Stay).OfType<Stay>())
            Close(stay, SessionCloseReason.ServerShutdown, isNews: isToldToCluster);
        await Task.WhenAll(seats.Select(seat => seat.WhenDone()));
        await Outbox.WhenDrained();
    }

    /// <summary>Nobody seems to be at the other end.</summary>
    public void Abort() => transport.Abort();

    /// <summary>The WebSocket is gone: its sessions wait for their client to come back.</summary>
    public void Close()
    {
        _isClosed = true;
        _closed.TrySetResult();
        caller.Dispose();
        Outbox.Close();
        lock (_gate)
        {
            foreach (var (document, seat) in _seats)
                seat.TryRun(() => LeaveAsync(document, seat, SessionCloseReason.TransportFailed), always: true);
        }
    }

    private void Close(Stay stay, SessionCloseReason reason, bool isNews)
    {
        lock (_gate)
        {
            // Its own turn, because the join may not be through yet.
            if (_seats.TryGetValue(stay.Document, out var seat))
                seat.TryRun(() => CloseAsync(stay, seat, reason, isNews), always: true);
        }
    }

    private static Refusal NotJoined { get; } = new(RefusalReason.NotJoined, "The connection has not joined this document.");

    private static Refusal Over(Limit limit, RefusalReason reason, string detail, TimeSpan? retryAfter = null)
    {
        LimitMetrics.Reached(limit);
        return new Refusal(reason, detail, retryAfter);
    }

    /// <summary>Refuses a request if there were too many. What is typed and where the cursor is have limits of their own.</summary>
    private bool IsTooMuch<TMessage>(TMessage message)
        where TMessage : IDocumentMessage => IsTooMuch(message.Document, TMessage.Verb);

    private bool IsTooMuch(DocumentId? document, string verb)
    {
        if (_requests.TryTake() is not { } wait)
            return false;
        Refuse(document, verb, Over(
            Limit.ConnectionRequests, RefusalReason.RateLimited,
            $"The connection makes more than {options.Limits.RequestsPerSecond} requests a second, the limit (Collab:Limits:RequestsPerSecond).", wait));
        return true;
    }

    /// <summary>The stay that a verb is about, if it may do that; otherwise the verb has been answered.</summary>
    private Stay? Find<TMessage>(TMessage message, long? sequence = null)
        where TMessage : IDocumentMessage
    {
        Stay? stay;
        lock (_gate)
            stay = _seats.GetValueOrDefault(message.Document)?.Stay;
        if (stay is null)
            RefuseNotJoined(message.Document, TMessage.Verb, sequence);
        else if (DocumentAccess.Judge(stay.Role.Current, TMessage.Takes, message.Document) is { } refusal)
            Refuse(message.Document, TMessage.Verb, refusal, sequence);
        else
            return stay;
        return null;
    }

    private void Refuse(DocumentId? document, string verb, Refusal refusal, long? sequence = null)
    {
        CollabActivities.Refused(refusal.Reason.Code());
        Outbox.Post(ServerMessages.Refused(document, verb, sequence, refusal));
    }

    private void RefuseNotJoined(DocumentId document, string verb, long? sequence = null)
    {
        // What crossed the goodbye is left unanswered: the client is on its way elsewhere and will send it there.
        if (!local.IsLeft)
            Refuse(document, verb, caller.IsUnknown ? ConnectionCaller.Unknown : NotJoined, sequence);
    }

    private async Task CheckAsync(Stay stay, CheckMessage message)
    {
        using var span = HubSpan.Hold().Of(stay.Session);
        try
        {
            var check = await stay.Feed!.CheckAsync(stay.Session, message.Revision, message.Hash);
            if (check.Refusal is { } refusal)
                Refuse(stay.Document, "check", refusal);
        }
        catch (Exception failure)
        {
            // The client checks again by itself; a check that could not be done is no news to it.
            LogCallFailed("check", stay.Document, failure);
            GrainFailures.Refuse(failure);
        }
    }

    private async Task JoinAsync(Seat seat, JoinMessage message, HubSpan span)
    {
        using var held = span;
        try
        {
            if (await caller.TakeAsync() is not { } who)
            {
                Refuse(message.Document, "join", ConnectionCaller.Unknown);
                Free(message.Document, seat);
                return;
            }

            if (seat.Stay is { } before)
            {
                seat.Stay = null;
                Detach(before);
                // With the token of the same session the join itself ends the earlier stay.
                if (before.Session != message.ResumeSession)
                    await EndAsync(before, SessionCloseReason.NormalClose);
            }

            if (!_isClosed)
                await AdmitAsync(seat, message, who);
        }
        catch (Exception failure)
        {
            LogCallFailed("join", message.Document, failure);
            Refuse(message.Document, "join", GrainFailures.Refuse(failure));
        }

        Free(message.Document, seat);
    }

    private async Task AdmitAsync(Seat seat, JoinMessage message, Caller who)
    {
        var session = message.ResumeSession ?? SessionId.New();
        // What somebody calls itself counts for nobody who is known.
        string name = who.Subject is null ? message.Name : who.Label(JoinRequest.NameLimit);
        var presence = new PresenceEntry(session, name, message.Color.Length > 0 ? message.Color : SessionColor.Of(session), message.Revision ?? Revision.Zero, default, who.Subject);
        var stay = new Stay(this, message.Document, session, $"{Id}/{Interlocked.Increment(ref _stays)}", message.ResumeToken is not null, presence, options.Limits, time);
        local.Add(stay);
        bool isToEnd = true;
        try
        {
            // The stay is among those that hear of changes: what this answer is too old for, a later one says.
            await roles.AskAsync(stay, who);
            if (DocumentAccess.Judge(stay.Role.Current, JoinMessage.Takes, message.Document) is { } notAllowed)
            {
                isToEnd = false;
                Detach(stay);
                Refuse(message.Document, "join", notAllowed);
                return;
            }

            var outcome = await cluster.Session(session).Join(new JoinRequest(message.Document, name, message.ResumeToken, local.Self, stay.Key, who.Subject, stay.Role.Current));
            if ((outcome.Refusal ?? outcome.Admission!.Refusal) is { } refusal)
            {
                isToEnd = false;
                Detach(stay);
                Refuse(message.Document, "join", refusal);
                return;
            }

            stay.Begin(outcome);
            stay.Feed = feeds.Acquire(message.Document);
            stay.Feed.Attach(stay);
            isToEnd = !await OpenAsync(seat, stay, outcome, message.Revision, who);
        }
        finally
        {
            if (isToEnd)
            {
                Detach(stay);
                await EndAsync(stay, SessionCloseReason.TransportFailed);
            }
        }
    }

    /// <summary>Tells the client that it is in, and starts its stream.</summary>
    private async Task<bool> OpenAsync(Seat seat, Stay stay, JoinOutcome outcome, Revision? from, Caller who)
    {
        var feed = stay.Feed!;
        // Subscribed first: who moves between the list and the subscription would be missed.
        await feed.StartAsync(outcome.Admission!.Document!.Epoch);
        var read = await feed.ReadForJoinAsync(from);
        if (read.Refusal is { } refusal)
        {
            Refuse(stay.Document, "join", refusal);
            return false;
        }

        var role = stay.Role.Current;
        if (DocumentAccess.Judge(role, JoinMessage.Takes, stay.Document) is { } notAllowed)
        {
            Refuse(stay.Document, "join", notAllowed);
            return false;
        }

        var known = outcome.Admission.Document.Revision;
        var joined = ServerMessages.Joined(
            stay.Session, outcome.ResumeToken, outcome.Admission, known > read.Head ? known : read.Head, read.Snapshot, role, feed.ShowPresence(stay), options, who.Subject);
        if (joined.Bytes > options.Delivery.OutboxBytesLimit)
            await Outbox.WhenDrained();
        var (copied, notNow) = await snapshots.WaitAsync(joined.Bytes);
        if (notNow is not null)
        {
            Refuse(stay.Document, "join", notNow);
            return false;
        }

        // Before it is told: a quick client's first edit must find it there.
        seat.Stay = stay;
        int turn = Outbox.Open(stay, joined, read.Snapshot?.Revision ?? from!.Value);
        _ = GiveBackAsync(copied!);
        stay.Role.Begin(role);
        stay.TellRole();
        if (!_isEstablished)
        {
            _isEstablished = true;
            ConnectionMetrics.Establish.Observe(time.GetElapsedTime(_openedAt).TotalSeconds);
        }

        stay.Show(stay.Presence);
        if (await feed.PostAsync(stay, turn, read.Operations))
            feed.BringUp(stay, turn);
        return true;
    }

    private async Task GiveBackAsync(IDisposable turn)
    {
        await Outbox.WhenDrained();
        turn.Dispose();
    }

    private async Task LeaveAsync(DocumentId document, Seat seat, SessionCloseReason reason)
    {
        if (seat.Stay is { } stay)
        {
            seat.Stay = null;
            Detach(stay);
            await EndAsync(stay, reason);
        }

        Free(document, seat);
    }

    private async Task CutAsync()
    {
        // Cut at once, it might not get what was just written.
        await Task.WhenAny(WhenClosed, Task.Delay(LastWords, time));
        transport.Abort();
    }

    private async Task ExpireAsync(DocumentId document, Seat seat)
    {
        // Somebody may be known again by now.
        if (seat.Stay is { } stay && caller.Current is null)
            await CloseAsync(stay, seat, SessionCloseReason.TokenExpired, isNews: true);
        else
            Free(document, seat);
    }

    private async Task RevokeAsync(DocumentId document, Seat seat)
    {
        // Somebody may be known again by now, and have come back.
        if (seat.Stay is { } stay && (caller.Current is null || stay.Role.Current == Role.None))
            await CloseAsync(stay, seat, SessionCloseReason.PermissionRevoked, isNews: true);
        else
            Free(document, seat);
    }

    /// <summary>At once, whatever its seat is waiting for: nothing more is delivered to the stay, and it may do nothing.</summary>
    private void Silence(Stay stay)
    {
        stay.Role.End();
        Outbox.Leave(stay);
    }

    private async Task CloseAsync(Stay stay, Seat seat, SessionCloseReason reason, bool isNews)
    {
        if (seat.Stay == stay)
        {
            seat.Stay = null;
            Detach(stay);
            Outbox.Post(ServerMessages.Closed(stay.Document, reason));
            // What ends here the cluster doesn't know yet.
            if (isNews)
                await EndAsync(stay, reason);
        }

        Free(stay.Document, seat);
    }

    /// <summary>Nothing is delivered to it from now on.</summary>
    private void Detach(Stay stay)
    {
        local.Remove(stay);
        if (stay.Feed is { } feed)
        {
            feed.Submissions.Send();
            feed.Detach(stay);
            feeds.Release(feed);
        }

        Outbox.Leave(stay);
    }

    /// <summary>Tells the cluster that a stay is over. A failure leaves it to the session's own expiry.</summary>
    private async Task EndAsync(Stay stay, SessionCloseReason reason)
    {
        try
        {
            await cluster.Session(stay.Session).Leave(stay.Key, reason);
        }
        catch (Exception failure)
        {
            LogCallFailed("leave", stay.Document, failure);
            GrainFailures.Refuse(failure);
        }
    }

    private void Free(DocumentId document, Seat seat)
    {
        lock (_gate)
        {
            if (seat.Stay is null && seat.IsLast && _seats.GetValueOrDefault(document) == seat)
                _seats.Remove(document);
        }
    }
}
