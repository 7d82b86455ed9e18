using Collab.Contracts.Activity;
using Collab.Contracts.Documents;
using Collab.Contracts.Presence;
using Collab.Contracts.Refusals;
using Collab.Contracts.Sessions;
using Collab.Grains.Activity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Placement;

namespace Collab.Grains.Sessions;

/// <summary>
/// Control of one session. Its state lives in memory and in the resume token: a session whose grain was lost with its silo is
/// simply joined again, and the log knows what it had applied.
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

    private Stay? _stay;
    private DateTimeOffset _since;
    private IGrainTimer? _timer;

    private SessionId Id => new(this.GetPrimaryKeyString());

    public async Task<JoinOutcome> Join(JoinRequest request)
    {
        if (Refuse(request) is { } refusal)
            return refusal;
        bool isResumed = request.ResumeToken is not null;
        var admission = await AdmitAsync(request.Document, request.Name);
        if (admission.Refusal is { } refused)
            return new JoinOutcome(null, "", false, refused);

        var before = _stay;
        _stay = new Stay(request.Document, request.Name, admission.Lease, admission.Document?.Revision ?? Revision.Zero, request.Owner, request.Connection);
        if (before is not null)
            Supersede(before, request);
        else
            Open(_stay, isResumed);
        // Keeps the activation, too: no keystroke comes by here to do it.
        StartTimer(ConfirmPeriod, ConfirmPeriod, ConfirmAsync);
        return new JoinOutcome(admission, tokens.Issue(Id, request.Document), isResumed);
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

    public async Task Leave(string connection, SessionCloseReason reason)
    {
        if (_stay is not { } stay || stay.Connection != connection)
            return;
        // Who lost the connection comes back, and so does who has to get another token first.
        if (reason is not (SessionCloseReason.TransportFailed or SessionCloseReason.TokenExpired) || options.Value.Grace == TimeSpan.Zero)
        {
            await CloseAsync(reason);
            return;
        }

        _stay = stay with { Connection = null };
        await Presence(stay.Document).Leave(Id);
        StartTimer(options.Value.Grace, Timeout.InfiniteTimeSpan, () => CloseAsync(reason));
    }

    public Task Close(SessionCloseReason reason) => CloseAsync(reason);

    public Task<SessionDescription?> Describe() => Task.FromResult(
        _stay is { } stay ? new SessionDescription(Id, stay.Document, stay.Name, stay.Connection is not null, _since) : null);

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

    private JoinOutcome? Refuse(JoinRequest request)
    {
        if (request.ResumeToken is { } token && tokens.Read(token, request.Document) != Id)
        {
            SessionMetrics.Resumes.WithLabels("refused").Inc();
            return new JoinOutcome(null, "", false, new Refusal(RefusalReason.TokenInvalid, $"The resume token is not for session {Id} in document {request.Document}, or has expired."));
        }

        // A session's name is no secret, so coming back to one takes the token.
        return request.ResumeToken is null && _stay is not null
            ? new JoinOutcome(null, "", false, new Refusal(RefusalReason.TokenInvalid, $"Session {Id} exists; coming back to it takes its resume token."))
            : null;
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
        Note(ActivityKind.SessionJoined, stay);
        SessionMetrics.Active.Inc();
        if (isResumed)
            SessionMetrics.Resumes.WithLabels("resumed").Inc();
        else
            SessionMetrics.Opened.Inc();
    }

    private void Supersede(Stay stay, JoinRequest request)
    {
        SessionMetrics.Resumes.WithLabels("resumed").Inc();
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
        await Presence(stay.Document).Leave(Id);
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

    private async Task ConfirmAsync()
    {
        if (_stay is not { Connection: { } connection } stay)
            return;
        bool isThere;
        try
        {
            isThere = await stay.Owner.Confirm(Id, connection);
        }
        catch (Exception failure)
        {
            LogOwnerLost(Id, failure.Message);
            isThere = false;
        }

        if (!isThere)
            await Leave(connection, SessionCloseReason.TransportFailed);
    }

    private void StartTimer(TimeSpan due, TimeSpan period, Func<Task> callback)
    {
        _timer?.Dispose();
        _timer = this.RegisterGrainTimer(callback, new GrainTimerCreationOptions(due, period) { KeepAlive = true });
    }

    private IDocumentGrain Document(DocumentId id) => GrainFactory.GetGrain<IDocumentGrain>(id.Value);

    private IPresenceGrain Presence(DocumentId id) => GrainFactory.GetGrain<IPresenceGrain>(id.Value);

    /// <param name="Revision">The document's, when the session last came in.</param>
    /// <param name="Connection">Null while the session waits for its connection to come back.</param>
    private sealed record Stay(DocumentId Document, string Name, long Lease, Revision Revision, ISessionOwner Owner, string? Connection);
}
