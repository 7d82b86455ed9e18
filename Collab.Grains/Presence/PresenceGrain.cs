using System.Collections.Immutable;
using Collab.Contracts.Documents;
using Collab.Contracts.Fanout;
using Collab.Contracts.Presence;
using Collab.Grains.Fanout;
using Microsoft.Extensions.Logging;
using Orleans.Placement;

namespace Collab.Grains.Presence;

/// <summary>Who is in one document: hears of it, gathers for a moment, and tells each web host with one batch.</summary>
/// <remarks>
/// Placed by load and not beside its document, with which it never talks: it hears from web hosts and tells them. Nothing moves it once it is somewhere, for what it knows would be lost until hosts
/// renew it.
/// </remarks>
[ResourceOptimizedPlacement, Immovable]
public sealed class PresenceGrain(ListeningHosts hosts, TimeProvider clock, ILogger<PresenceGrain> logger) : Grain, IPresenceGrain
{
    /// <summary>Below what an eye notices in a moving cursor; bounds the pushes at 20 a second and host while few are here.</summary>
    private static readonly TimeSpan LeastGatherTime = TimeSpan.FromMilliseconds(50);

    /// <summary>The most that a crowd waits. How many are only counted is told no oftener either.</summary>
    private static readonly TimeSpan MostGatherTime = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan SweepPeriod = TimeSpan.FromSeconds(15);

    private readonly Attendance _attendance = new(clock);
    private readonly HostSubscribers<IDocumentSubscriber> _subscribers = new(hosts, logger);
    private readonly long _life = clock.GetUtcNow().UtcTicks;
    private IGrainTimer? _gather;
    private TimeSpan? _due;
    private long _version;
    private bool _isCrowdTold;
    private int _countTold;
    private long _countToldAt = clock.GetTimestamp();

    // So that what is delivered does not grow with the square of the audience: with n people there are n deliveries for each push, and at most 1,000 / n pushes a second.
    private TimeSpan GatherTime => TimeSpan.FromMilliseconds(Math.Clamp(_attendance.Count, LeastGatherTime.TotalMilliseconds, MostGatherTime.TotalMilliseconds));

    // Without a crowd everybody is named, and can be counted by whoever wants to know.
    private bool IsCountUntold => (_attendance.HasCrowd && _attendance.Count != _countTold) || _attendance.HasCrowd != _isCrowdTold;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _gather = this.RegisterGrainTimer(PushAsync, new GrainTimerCreationOptions(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        this.RegisterGrainTimer(SweepAsync, new GrainTimerCreationOptions(SweepPeriod, SweepPeriod));
        return Task.CompletedTask;
    }

    public Task Update(PresenceEntry entry)
    {
        PresenceMetrics.Updates.Inc();
        _attendance.Show(entry);
        Gather();
        return Task.CompletedTask;
    }

    public Task Introduce(ImmutableArray<PresenceEntry> entries)
    {
        foreach (var entry in entries)
            _attendance.Show(entry);
        Gather();
        return Task.CompletedTask;
    }

    public Task Depart(SessionId session, long number)
    {
        _attendance.Leave(session, number);
        Gather();
        return Task.CompletedTask;
    }

    public Task Leave(SessionId session) => Depart(session, 0);

    public Task<PresenceReading> Read() => Task.FromResult(new PresenceReading(_life, _version, _attendance.HasCrowd ? _attendance.Count : 0, [.. _attendance.Told]));

    public Task<ImmutableArray<PresenceEntry>> List() => Task.FromResult(_attendance.Named.ToImmutableArray());

    public Task<PresenceStanding> Listen(IDocumentSubscriber subscriber, IListeningHost host, ImmutableArray<SessionId> sessions)
    {
        _subscribers.Renew(subscriber, host);
        return Task.FromResult(new PresenceStanding(_life, _version, _attendance.Renew(sessions)));
    }

    public Task Subscribe(IDocumentSubscriber subscriber)
    {
        _subscribers.Renew(subscriber, null);
        return Task.CompletedTask;
    }

    public Task<ImmutableArray<SessionId>> Renew(ImmutableArray<SessionId> sessions) => Task.FromResult(_attendance.Renew(sessions));

    public Task Unsubscribe(IDocumentSubscriber subscriber)
    {
        _subscribers.Remove(subscriber);
        return Task.CompletedTask;
    }

    /// <summary>Lets what changed go out soon; a mere number later.</summary>
    private void Gather()
    {
        if (_attendance.HasChanges)
            PushIn(GatherTime);
        else if (IsCountUntold)
            PushIn(MostGatherTime - clock.GetElapsedTime(_countToldAt));
    }

    private void PushIn(TimeSpan wait)
    {
        wait = wait > LeastGatherTime ? wait : LeastGatherTime;
        var due = clock.GetElapsedTime(0) + wait;
        if (_due <= due)
            return;
        _due = due;
        _gather!.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private Task PushAsync()
    {
        _due = null;
        bool tellsCount = IsCountUntold && clock.GetElapsedTime(_countToldAt) >= MostGatherTime;
        if (tellsCount)
            (_countTold, _isCrowdTold, _countToldAt) = (_attendance.Count, _attendance.HasCrowd, clock.GetTimestamp());
        if (!tellsCount && !_attendance.HasChanges)
        {
            Gather();
            return Task.CompletedTask;
        }

        var (updates, left) = _attendance.TakeChanges();
        var batch = new PresenceBatch(new DocumentId(this.GetPrimaryKeyString()), updates, left, ++_version, tellsCount ? _countTold : 0, _life);
        _subscribers.Push(batch, static (subscriber, batch) => subscriber.PushPresence(batch));
        Gather();
        return Task.CompletedTask;
    }

    private Task SweepAsync()
    {
        _attendance.Sweep();
        Gather();
        return Task.CompletedTask;
    }
}
