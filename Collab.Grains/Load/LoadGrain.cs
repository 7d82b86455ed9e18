using System.Collections.Immutable;
using Collab.Contracts.Load;
using Orleans.Placement;

namespace Collab.Grains.Load;

/// <summary>Keeps the newest report of each silo, and the last minutes of all hosts. In memory only: ten seconds after it has moved it knows everything again, the minutes before from the hosts themselves.</summary>
[ResourceOptimizedPlacement]
public sealed class LoadGrain(TimeProvider clock) : Grain, ILoadGrain
{
    /// <summary>Silos report every 10 s; one that is gone is forgotten after three reports that did not come.</summary>
    private static readonly TimeSpan Expiration = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, (SiloLoad Load, DateTimeOffset At)> _silos = [];
    private readonly LiveHistory _live = new(clock);

    public Task Report(SiloLoad load)
    {
        _silos[load.Silo] = (load, clock.GetUtcNow());
        Forget();
        return Task.CompletedTask;
    }

    public Task<ImmutableArray<SiloLoad>> Read()
    {
        Forget();
        return Task.FromResult(_silos.Values.Select(known => known.Load).OrderBy(load => load.Silo, StringComparer.Ordinal).ToImmutableArray());
    }

    public Task<HostReportAnswer> Tell(HostReport report) => Task.FromResult(_live.Tell(report));

    public Task<LiveReading> Watch(DateTimeOffset after) => Task.FromResult(_live.Read(after));

    private void Forget()
    {
        var oldest = clock.GetUtcNow() - Expiration;
        foreach (var (silo, known) in _silos)
        {
            if (known.At < oldest)
                _silos.Remove(silo);
        }
    }
}
