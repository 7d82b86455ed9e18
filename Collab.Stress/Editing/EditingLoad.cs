using System.Globalization;
using Collab.Stress.Editing.Happenings;
using Collab.Stress.Integrity;
using Collab.Stress.Reporting;
using Collab.Stress.Server;

namespace Collab.Stress.Editing;

/// <summary>Clients that edit documents together, and what happens to them meanwhile.</summary>
internal sealed class EditingLoad : ILoad
{
    // Documents that are made, and clients that come where no ramp spreads them, at a time: opening is no storm, unless one is asked for.
    private const int AtOnce = 16;

    private readonly EditingScenario _scenario;
    private readonly StressPlan _plan;
    private readonly StressServer _server;
    private readonly IReadOnlyList<Room> _rooms;
    private readonly IReadOnlyList<IHappening> _happenings;

    public EditingLoad(EditingScenario scenario, StressPlan plan, StressServer server, Recorder recorder)
    {
        (_scenario, _plan, _server) = (scenario, plan, server);
        // One stamp of each run, so that runs don't meet in one document.
        string stamp = DateTime.UtcNow.ToString("yyMMddHHmmssfff", CultureInfo.InvariantCulture);
        _rooms = [.. Enumerable.Range(0, plan.Documents).Select(number => new Room(number, $"stress-{scenario.Name}-{stamp}-{number}", scenario, plan, server, recorder))];
        _happenings = [.. scenario.Happenings(plan, recorder)];
    }

    public async Task OpenAsync(CancellationToken cancellation)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(_rooms, parallel, async (room, cancellation) => await room.CreateAsync(cancellation));

        // One after the other through all documents, so that each fills evenly.
        var comers = Enumerable.Range(0, _rooms.Max(room => Comers(room))).SelectMany(turn => _rooms.Where(room => turn < Comers(room))).ToList();
        if (_plan.Ramp > TimeSpan.Zero)
            await Task.WhenAll(comers.Select((room, i) => JoinAfterAsync(room, _plan.Ramp * i / comers.Count, cancellation)));
        else
            await Parallel.ForEachAsync(comers, parallel, async (room, cancellation) => await room.JoinAsync(cancellation));
    }

    public async Task DriveAsync(CancellationToken over)
    {
        var happening = _happenings.Select(happening => happening.RunAsync(_rooms, over)).ToList();
        foreach (var participant in _rooms.SelectMany(room => room.Present.Where(participant => !participant.Wire.IsNarrow)))
            participant.Begin(over);
        await Task.Delay(Timeout.Infinite, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(happening);
        await Task.WhenAll(Present.Select(participant => participant.StopAsync()));
    }

    public async Task<IntegrityReport?> CheckAsync()
    {
        string?[] unanswered = await Task.WhenAll(Present.Select(SettleAsync));
        var report = await IntegrityCheck.RunAsync([.. _rooms.Select(room => room.Watched)], _server, _plan.Timeout);
        return report.With([.. unanswered.OfType<string>()]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var participant in Present)
        {
            await participant.StopAsync();
            await participant.DisposeAsync();
        }
    }

    private IEnumerable<Participant> Present => _rooms.SelectMany(room => room.Present);

    private int Comers(Room room) => _scenario.ComersAtStart(_plan.ClientsIn(room.Number), _plan);

    private static async Task JoinAfterAsync(Room room, TimeSpan pause, CancellationToken cancellation)
    {
        await Task.Delay(pause, cancellation);
        await room.JoinAsync(cancellation);
    }

    private async Task<string?> SettleAsync(Participant participant)
    {
        try
        {
            await participant.SettleAsync(_plan.Timeout);
            return null;
        }
        catch (TimeoutException unanswered)
        {
            return unanswered.Message;
        }
    }
}
