using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Grains.Log;

namespace Collab.Tests.Simulation;

/// <summary>Where the document lives: one activation nearly always, two for a moment, none for a moment.</summary>
internal sealed class Cluster(Scheduler scheduler, Scenario scenario, FaultyLog log, Sabotage sabotage, Trace trace)
{
    private readonly List<SimulatedHost> _hosts = [];
    private Task<Activation>? _current;
    private Activation? _stale;

    public static DocumentId Document => new("d");

    public bool IsFaulty { get; set; } = true;

    public Activation? Current => _current is { IsCompletedSuccessfully: true } ? _current.Result : null;

    public IReadOnlyList<SimulatedHost> Hosts => _hosts;

    public void Start()
    {
        for (int i = 0; i < scenario.Hosts; i++)
            _hosts.Add(new SimulatedHost(scheduler, scenario, this, sabotage, trace, i));
        Repeat(scenario.CrashEvery, Crash);
        Repeat(scenario.OverlapEvery, Overlap);
    }

    /// <summary>The activation that a call of this host reaches. While the directory is of two minds, the hosts may disagree.</summary>
    /// <exception cref="LogUnavailableException">It can't be loaded.</exception>
    public async Task<Activation> FindAsync(SimulatedHost host)
    {
        if (_stale is { IsOver: false } stale && host.SeesStale)
            return stale;
        if (_current is { IsCompletedSuccessfully: true, Result.IsOver: true } or { IsFaulted: true })
            _current = null;
        return await (_current ??= LoadAsync());
    }

    private async Task<Activation> LoadAsync()
    {
        var activation = await Activation.LoadAsync(scheduler, scenario, log, sabotage, trace, Document, Push);
        trace.Add($"activation {activation.Live.Description.Epoch} loaded at {activation.Live.Commits.Durable}");
        return activation;
    }

    private void Push(Activation from, PushBatch batch)
    {
        if (from.IsCrashed)
            return;
        trace.Add($"activation {batch.Epoch} made {batch.Operations[0].Revision}..{batch.Operations[^1].Revision} durable");
        foreach (var host in _hosts)
        {
            if (IsFaulty && scheduler.Chance(scenario.LostPush))
                continue;
            scheduler.After(scheduler.About(scenario.NetworkDelay / 10), () => host.Push(batch));
            if (IsFaulty && scheduler.Chance(scenario.RepeatedPush))
                scheduler.After(scheduler.About(scenario.NetworkDelay), () => host.Push(batch));
        }
    }

    private void Crash()
    {
        if (Current is not { IsOver: false } current)
            return;
        trace.Add($"activation {current.Live.Description.Epoch} crashes");
        trace.Count("crash");
        current.IsCrashed = true;
    }

    private void Overlap()
    {
        if (Current is not { IsOver: false } current)
            return;
        trace.Add($"activation {current.Live.Description.Epoch} gets a rival");
        (_stale, _current) = (current, null);
        trace.Count("overlap");
        foreach (var host in _hosts)
            host.SeesStale = scheduler.Chance(0.5);
        scheduler.After(scheduler.About(TimeSpan.FromSeconds(3)), () => _stale = null);
    }

    private void Repeat(TimeSpan every, Action action)
    {
        if (every == TimeSpan.Zero)
            return;
        scheduler.After(scheduler.About(every), () =>
        {
            if (!IsFaulty)
                return;
            action();
            Repeat(every, action);
        });
    }
}
