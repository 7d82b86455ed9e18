using Collab.Contracts.Refusals;
using Collab.Contracts.Users;
using Collab.Observability;
using Microsoft.Extensions.Options;
using Orleans.Placement;

namespace Collab.Grains.Users;

/// <summary>The sessions of one subject. They say once a minute that they are there, so a life of this grain that knows none hears of all, and those of silos that died are forgotten.</summary>
[Immovable]
public sealed class UserGrain(IOptions<UserOptions> options, TimeProvider clock) : Grain, IUserGrain
{
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromMinutes(1);

    /// <summary>Two renewals may get lost.</summary>
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromMinutes(3);

    private readonly Dictionary<SessionId, (DocumentId Document, DateTimeOffset Seen)> _sessions = [];

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(SweepAsync, new GrainTimerCreationOptions(SweepPeriod, SweepPeriod));
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Forget([.. _sessions.Keys]);
        return Task.CompletedTask;
    }

    public Task<Refusal?> Enter(SessionId session, DocumentId document)
    {
        if (!_sessions.ContainsKey(session) && IsFull(document, out int documents))
        {
            LimitMetrics.Reached(Limit.DocumentsPerUser);
            return Task.FromResult<Refusal?>(new Refusal(
                RefusalReason.TooManyDocuments, $"The user is in {documents} documents, the limit is {options.Value.DocumentsPerUser} (Collab:Limits:DocumentsPerUser)."));
        }

        See(session, document);
        return Task.FromResult<Refusal?>(null);
    }

    public Task Renew(SessionId session, DocumentId document)
    {
        See(session, document);
        return Task.CompletedTask;
    }

    public Task Leave(SessionId session)
    {
        Forget([session]);
        return Task.CompletedTask;
    }

    private bool IsFull(DocumentId document, out int documents)
    {
        var open = _sessions.Values.Select(known => known.Document).ToHashSet();
        documents = open.Count;
        return documents >= options.Value.DocumentsPerUser && !open.Contains(document);
    }

    private void See(SessionId session, DocumentId document)
    {
        if (_sessions.Count == 0)
            UserMetrics.Active.Inc();
        _sessions[session] = (document, clock.GetUtcNow());
    }

    private void Forget(IReadOnlyList<SessionId> sessions)
    {
        int before = _sessions.Count;
        foreach (var session in sessions)
            _sessions.Remove(session);
        if (before > 0 && _sessions.Count == 0)
            UserMetrics.Active.Dec();
    }

    private Task SweepAsync()
    {
        var oldest = clock.GetUtcNow() - SilenceLimit;
        Forget([.. _sessions.Where(session => session.Value.Seen < oldest).Select(session => session.Key)]);
        return Task.CompletedTask;
    }
}
