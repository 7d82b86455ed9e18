using Collab.Stress.Reporting;

namespace Collab.Stress.Editing.Happenings;

/// <summary>In each document, again and again somebody goes, and after a pause somebody else comes and goes on writing.</summary>
internal sealed class ComingAndGoing(int seed, TimeSpan interval, TimeSpan limit, Recorder recorder) : IHappening
{
    public Task RunAsync(IReadOnlyList<Room> rooms, CancellationToken over) => Task.WhenAll(rooms.Select((room, number) => RunAsync(room, new Random(seed + number), over)));

    private async Task RunAsync(Room room, Random random, CancellationToken over)
    {
        while (true)
        {
            await Task.Delay(interval * (0.5 + random.NextDouble()), over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (over.IsCancellationRequested)
                return;
            var present = room.Present;
            if (present.Count > 0)
                await room.LeaveAsync(present[random.Next(present.Count)]);
            await Task.Delay(interval * random.NextDouble(), over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (await Arrivals.TryJoinAsync(room, limit, recorder, over) is { } comer)
                comer.Begin(over);
        }
    }
}
