using Collab.Contracts.Access;
using Collab.Contracts.Activity;
using Collab.Contracts.Documents;
using Collab.Contracts.Presence;
using Collab.Contracts.Refusals;
using Collab.Contracts.Sessions;
using Collab.Contracts.Users;
using Collab.Grains.Activity;
using Collab.Observability;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Placement;

namespace Collab.Grains.Sessions;

/// <summary>
/// Control of one session. Its state lives in memory and in the resume token: a session whose grain was lost with its silo is
/// made known again by its host, or simply joined again, and the log knows what it had applied.
/// </summary>
/// <remarks>
/// On the silo that the join comes from: only the web host calls it, and where that host has a silo itself the session costs no call through the network but the document's admission, and ends with the
/// connection that it is for. An Orleans client's join comes from a gateway that is chosen by the session's name, so sessions of separate web hosts spread evenly. Its state is nowhere else, so nothing moves it.
/// </remarks>
[PreferLocalPlacement, Immovable]
public sealed partial class SessionGrain(ResumeTokens tokens, ActivityWriter activities, IOptions<SessionOptions> options, TimeProvider clock, ILogger<SessionGrain> logger)
    : Grain, ISessionGrain
{
    private static readonly TimeSpan ConfirmPeriod = TimeSpan.FromMinutes(1);

    // Each takes a load of the document.
    private const int AdmitAttempts = 4;

    private readonly TokenRotation _rotation = new(clock);
    private Stay? _stay;
    private DateTimeOffset _since;
    private bool _isKept;
    private IGrainTimer? _timer;

    private SessionId Id => new(this.GetPrimaryKeyString());

    public async Task<JoinOutcome> Join(JoinRequest request)
    {
        var token = request.ResumeToken is { } text ? tokens.Read(text) : null;
        if (await RefuseAsync(request, token) is { } refusal)
            return new JoinOutcome(null, "", false, refusal);
        if (await EnterUserAsync(request.Subject, request.Document) is { } tooMany)
            return new JoinOutcome(null, "", false, tooMany);
        var admission = await AdmitAsync(request.Document, request.Name);
        if (admission.Refusal is { } refused)
        {
            if (_stay is null)
                await LeaveUserAsync(request.Subject);
            return new JoinOutcome(null, "", false, refused);
        }

        var before = _stay;
        long number = _rotation.Use(token);
        _stay = new Stay(
            request.Document, request.Name, request.Subject, request.Role, admission.Lease, admission.Document?.Revision ?? Revision.Zero, request.Owner, request.Connection, number);
        if (token is not null)
            SessionMetrics.Resumes.WithLabels("resumed").Inc();
        if (before is not null)
            Supersede(before, request);
        else
            Open(_stay, token is not null);
        StartConfirming();
        return new JoinOutcome(admission, tokens.Issue(Id, request.Document, request.Subject, number), token is not null, Number: number);
    }

    public async Task<Admission> Readmit(string connection)
    {
        // Whoever else joined since has been told what was applied, and nothing of this connection may be any more.
        if (_stay is not { } stay || stay.Connection != connection)
            return new Admission(null, 0, 0, Revision.Zero, new Refusal(RefusalReason.NotAdmitted, $"Session {Id} is not known to be on this connection."));
        var admission = await AdmitAsync(stay.Document, stay.Name);
        if (admission.Refusal is null)
            _stay = stay with { Lease = admission.Lease };
        SessionMetrics.Readmissions.WithLabels(admission.Refusal is null ? "readmitted" : "refused").Inc();
        return admission;
    }

    public async Task<StayStanding> Keep(KeptStay kept)
    {
        // What the document says counts: somebody else may have had the session since, and left it again.
        if (_stay is null && await Document(kept.Document).Holds(Id, kept.Epoch, kept.Lease))
        {
            _stay = new Stay(kept.Document, kept.Name, kept.Subject, kept.Role, kept.Lease, Revision.Zero, kept.Owner, kept.Connection, kept.Number);
            _since = kept.Since;
            SessionMetrics.Active.Inc();
            StartConfirming();
            await RenewUserAsync();
        }

        if (_stay is not { } stay)
        {
            DeactivateOnIdle();
            return StayStanding.Over;
        }

        if (stay.Connection != kept.Connection)
            return StayStanding.Elsewhere;
        _stay = stay with { Role = kept.Role };
        _isKept = true;
        return StayStanding.Here;
    }

    public async Task Leave(string connection, SessionCloseReason reason)
    {
        if (_stay is not { } stay || stay.Connection != connection)
            return;
        if (reason is not (SessionCloseReason.TransportFailed or SessionCloseReason.TokenExpired) || options.Value.Grace == TimeSpan.Zero)
        {
            await CloseAsync(reason);
            return;
        }

        _stay = stay with { Connection = null };
        StartTimer(options.Value.Grace, Timeout.InfiniteTimeSpan, () => CloseAsync(reason));
        await DepartAsync(stay);
    }

    public Task Close(SessionCloseReason reason) => CloseAsync(reason);

    public Task<SessionDescription?> Describe() => Task.FromResult(
        _stay is { } stay ? new SessionDescription(Id, stay.Document, stay.Name, stay.Connection is not null, _since, stay.Subject, stay.Role) : null);

    public async Task<ConnectionSample?> Sample()
    {
        if (_stay is not { Connection: { } connection } stay)
            return null;
        try
        {
            return await stay.Owner.Sample(Id, connection);
        }
        catch (Exception)
        {
            // A host that is gone, which the next confirmation notices, or one of the version before.
            return null;
        }
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // The process stops, or the cluster moves the session: clients come back with their token and find a new life here.
        if (_stay is { } stay)
            Close(stay, SessionCloseReason.ServerShutdown);
        _stay = null;
        return Task.CompletedTask;
    }

    private async Task<Refusal?> RefuseAsync(JoinRequest request, ResumeToken? token)
    {
        // A session's name is no secret, so coming back to one takes the token.
        if (request.ResumeToken is null)
            return _stay is null ? null : new Refusal(RefusalReason.TokenInvalid, $"Session {Id} exists; coming back to it takes its resume token.");
        var verdict = _rotation.Judge(token, Id, request.Document, request.Subject);
        if (verdict == TokenVerdict.Good)
            return null;
        SessionMetrics.Resumes.WithLabels(verdict == TokenVerdict.Expired ? "expired" : "refused").Inc();
        // Who had the session and is turned away goes on in another one and takes along what is not acknowledged. What of it is still on the way must find no lease, or it would stand twice. (Where the token is used up there
        // is none: whoever used its successor has been admitted since, which has fenced what came before.)
        if (verdict is TokenVerdict.Expired or TokenVerdict.NotTheirs)
            await CloseAsync(SessionCloseReason.TransportFailed);
        return TokenRotation.Refuse(verdict, Id);
    }

    /// <summary>
    /// Asks the document. An activation that finds itself replaced while it admits says so and ends; the next one has the document, so it is asked at once. Sent back to their clients, who come again later and later,
    /// those who join would be kept out for as long as two activations take the document from each other, while those who are in get on.
    /// </summary>
    private async Task<Admission> AdmitAsync(DocumentId document, string name)
    {
        for (int attempt = 1; ; attempt++)
        {
            var admission = await Document(document).Admit(Id, name);
            if (admission.Refusal is not { Reason: RefusalReason.StorageUnavailable, RetryAfter: null } || attempt == AdmitAttempts)
                return admission;
        }
    }

    private void Open(Stay stay, bool isResumed)
    {
        _since = clock.GetUtcNow();
        Note(ActivityKind.SessionJoined, stay, stay.Subject is { } subject ? new ActivityDetail(Subject: subject) : null);
        SessionMetrics.Active.Inc();
        if (!isResumed)
            SessionMetrics.Opened.Inc();
    }

    private void Supersede(Stay stay, JoinRequest request)
    {
        if (stay.Connection is null || stay.Connection == request.Connection)
            return;
        LogSuperseded(Id, request.Document);
        _ = stay.Owner.Close(Id, stay.Connection, SessionCloseReason.Superseded);
    }

    private async Task CloseAsync(SessionCloseReason reason)
    {
        if (_stay is not { } stay)
            return;
        _stay = null;
        _timer?.Dispose();
        Close(stay, reason);
        await Document(stay.Document).Dismiss(Id, stay.Lease);
        await DepartAsync(stay);
        await LeaveUserAsync(stay.Subject);
        if (stay.Connection is { } connection && reason is not (SessionCloseReason.NormalClose or SessionCloseReason.TransportFailed))
            _ = stay.Owner.Close(Id, connection, reason);
        DeactivateOnIdle();
    }

    private void Close(Stay stay, SessionCloseReason reason)
    {
        SessionMetrics.Close(reason, clock.GetUtcNow() - _since);
        Note(ActivityKind.SessionClosed, stay, new ActivityDetail(Reason: reason));
    }

    private void Note(ActivityKind kind, Stay stay, ActivityDetail? detail = null) =>
        activities.Note(new ActivityEvent(0, Guid.Empty, stay.Document, kind, clock.GetUtcNow(), stay.Revision, Id, stay.Name, detail));

    private async Task DepartAsync(Stay stay)
    {
        try
        {
            await Presence(stay.Document).Depart(Id, stay.Number);
        }
        catch (TypeLoadException)
        {
            // What a silo of the version before answers to a method that it does not have.
            await Presence(stay.Document).Leave(Id);
        }
    }

    // Keeps the activation, too: no keystroke comes by here to do it.
    private void StartConfirming()
    {
        _isKept = true;
        StartTimer(ConfirmPeriod, ConfirmPeriod, ConfirmAsync);
    }

    private async Task ConfirmAsync()
    {
        if (_stay is not { Connection: { } connection } stay)
            return;
        await RenewUserAsync();
        // A host that has said so itself since the last time need not be asked.
        bool isThere = _isKept;
        _isKept = false;
        try
        {
            isThere = isThere || await stay.Owner.Confirm(Id, connection);
        }
        catch (Exception failure)
        {
            ErrorMetrics.Count(ErrorComponent.Session, "host_lost");
            LogOwnerLost(Id, failure.Message);
        }

        if (!isThere)
            await Leave(connection, SessionCloseReason.TransportFailed);
    }

    private async Task<Refusal?> EnterUserAsync(string? subject, DocumentId document)
    {
        if (subject is null)
            return null;
        try
        {
            return await User(subject).Enter(Id, document);
        }
        catch (Exception failure)
        {
            // Who can't be counted for a moment, while a silo fails, is let in: the next renewal counts it.
            ErrorMetrics.Count(ErrorComponent.Session, "user_lost");
            LogUserLost(Id, failure.Message);
            return null;
        }
    }

    private Task RenewUserAsync() => TellUserAsync(_stay?.Subject, user => user.Renew(Id, _stay!.Document));

    private Task LeaveUserAsync(string? subject) => TellUserAsync(subject, user => user.Leave(Id));

    private async Task TellUserAsync(string? subject, Func<IUserGrain, Task> tell)
    {
        if (subject is null)
            return;
        try
        {
            await tell(User(subject));
        }
        catch (Exception failure)
        {
            ErrorMetrics.Count(ErrorComponent.Session, "user_lost");
            LogUserLost(Id, failure.Message);
        }
    }

    private void StartTimer(TimeSpan due, TimeSpan period, Func<Task> callback)
    {
        _timer?.Dispose();
        _timer = this.RegisterGrainTimer(callback, new GrainTimerCreationOptions(due, period) { KeepAlive = true });
    }

    private IDocumentGrain Document(DocumentId id) => GrainFactory.GetGrain<IDocumentGrain>(id.Value);

    private IPresenceGrain Presence(DocumentId id) => GrainFactory.GetGrain<IPresenceGrain>(id.Value);

    private IUserGrain User(string subject) => GrainFactory.GetGrain<IUserGrain>(subject);

    /// <param name="Revision">The document's, when the session last came in.</param>
    /// <param name="Connection">Null while the session waits for its connection to come back.</param>
    /// <param name="Number">See <see cref="JoinOutcome.Number"/>.</param>
    private sealed record Stay(
        DocumentId Document, string Name, string? Subject, Role? Role, long Lease, Revision Revision, ISessionOwner Owner, string? Connection, long Number);
}
