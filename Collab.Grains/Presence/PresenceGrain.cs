using System.Collections.Immutable;
using Collab.Contracts.Documents;
using Collab.Contracts.Fanout;
using Collab.Contracts.Presence;
using Collab.Grains.Fanout;
using Microsoft.Extensions.Logging;
using Orleans.Placement;

namespace Collab.Grains.Presence;

/// <summary>Who is in one document. Latest wins: changes are gathered for a moment and go out as one batch per web host.</summary>
/// <remarks>
/// Placed by load and not beside its document, with which it never talks: it hears from web hosts and tells them. Nothing moves it once it is somewhere, for what it knows would be lost until hosts
/// renew it.
/// </remarks>
[ResourceOptimizedPlacement, Immovable]
public sealed class PresenceGrain(ListeningHosts hosts, TimeProvider clock, ILogger<PresenceGrain> logger) : Grain, IPresenceGrain
{
    /// <summary>Below what an eye notices in a moving cursor; bounds the pushes at 20 a second and host, whatever the number of people.</summary>
    private static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(50);

    /// <summary>Hosts renew every 10 s; a session of a host that died is gone after this.</summary>
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(45);

    private static readonly TimeSpan SweepPeriod = TimeSpan.FromSeconds(15);

    private readonly Dictionary<SessionId, (PresenceEntry Entry, DateTimeOffset Seen)> _entries = [];
    private readonly HashSet<SessionId> _changed = [];
    private readonly HostSubscribers<IDocumentSubscriber> _subscribers = new(hosts, logger);
    private IGrainTimer? _gather;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _gather = this.RegisterGrainTimer(PushAsync, new GrainTimerCreationOptions(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        this.RegisterGrainTimer(SweepAsync, new GrainTimerCreationOptions(SweepPeriod, SweepPeriod));
        return Task.CompletedTask;
    }

    public Task Update(PresenceEntry entry)
    {
        _entries[entry.Session] = (entry, clock.GetUtcNow());
        PresenceMetrics.Updates.Inc();
        Change(entry.Session);
        return Task.CompletedTask;
    }

    public Task Leave(SessionId session)
    {
        if (_entries.Remove(session))
            Change(session);
        return Task.CompletedTask;
    }

    public Task<ImmutableArray<PresenceEntry>> List() => Task.FromResult(_entries.Values.Select(known => known.Entry).ToImmutableArray());

    public Task<ImmutableArray<SessionId>> Listen(IDocumentSubscriber subscriber, IListeningHost host, ImmutableArray<SessionId> sessions)
    {
        _subscribers.Renew(subscriber, host);
        return Renew(sessions);
    }

    public Task Subscribe(IDocumentSubscriber subscriber)
    {
        _subscribers.Renew(subscriber, null);
        return Task.CompletedTask;
    }

    public Task<ImmutableArray<SessionId>> Renew(ImmutableArray<SessionId> sessions)
    {
        var unknown = ImmutableArray.CreateBuilder<SessionId>();
        foreach (var session in sessions)
        {
            if (_entries.TryGetValue(session, out var known))
                _entries[session] = known with { Seen = clock.GetUtcNow() };
            else
                unknown.Add(session);
        }

        return Task.FromResult(unknown.DrainToImmutable());
    }

    public Task Unsubscribe(IDocumentSubscriber subscriber)
    {
        _subscribers.Remove(subscriber);
        return Task.CompletedTask;
    }

    private void Change(SessionId session)
    {
        if (_changed.Count == 0)
            _gather!.Change(GatherTime, Timeout.InfiniteTimeSpan);
        _changed.Add(session);
    }

    private Task PushAsync()
    {
        var updates = ImmutableArray.CreateBuilder<PresenceEntry>(_changed.Count);
        var left = ImmutableArray.CreateBuilder<SessionId>();
        foreach (var session in _changed)
        {
            if (_entries.TryGetValue(session, out var known))
                updates.Add(known.Entry);
            else
                left.Add(session);
        }

        _changed.Clear();
        var batch = new PresenceBatch(new DocumentId(this.GetPrimaryKeyString()), updates.DrainToImmutable(), left.DrainToImmutable());
        _subscribers.Push(subscriber => subscriber.PushPresence(batch));
        return Task.CompletedTask;
    }

    private Task SweepAsync()
    {
        var oldest = clock.GetUtcNow() - SilenceLimit;
        foreach (var (session, known) in _entries)
        {
            if (known.Seen < oldest)
            {
                _entries.Remove(session);
                Change(session);
            }
        }

        return Task.CompletedTask;
    }
}
