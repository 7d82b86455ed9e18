using Collab.Stress.Reporting;

namespace Collab.Stress.Editing.Happenings;

/// <summary>In each document many come at one moment, look for a while, and go; then the next come. The last stay.</summary>
/// <param name="size">How many come at once, in each document.</param>
/// <param name="limit">How long one may take to come in.</param>
internal sealed class JoinWaves(int size, TimeSpan stay, TimeSpan pause, TimeSpan limit, Recorder recorder) : IHappening
{
    public Task RunAsync(IReadOnlyList<Room> rooms, CancellationToken over) => Task.WhenAll(rooms.Select(room => RunAsync(room, over)));

    private async Task RunAsync(Room room, CancellationToken over)
    {
        while (true)
        {
            recorder.Happened("wave");
            var wave = await Task.WhenAll(Enumerable.Range(0, size).Select(_ => Arrivals.TryJoinAsync(room, limit, recorder, over)));
            await Task.Delay(stay, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (over.IsCancellationRequested)
                return;
            await Task.WhenAll(wave.OfType<Participant>().Select(room.LeaveAsync));
            await Task.Delay(pause, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
