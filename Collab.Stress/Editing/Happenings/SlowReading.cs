using Collab.Stress.Reporting;

namespace Collab.Stress.Editing.Happenings;

/// <summary>Who is slow reads: every other of them a trickle all the time, the others nothing for a while, then all that has gathered.</summary>
internal sealed class SlowReading(int trickleBytesPerSecond, TimeSpan stopFor, TimeSpan flowFor, Recorder recorder) : IHappening
{
    public async Task RunAsync(IReadOnlyList<Room> rooms, CancellationToken over)
    {
        var slow = rooms.SelectMany(room => room.Present).Where(participant => participant.Wire.IsNarrow).ToList();
        await Task.WhenAll(slow.Select((participant, i) => i % 2 == 0 ? StopAndGoAsync(participant, over) : TrickleAsync(participant, over)));
    }

    private async Task TrickleAsync(Participant participant, CancellationToken over)
    {
        participant.Wire.Slow(trickleBytesPerSecond);
        await Task.Delay(Timeout.Infinite, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        participant.Wire.Flow();
    }

    private async Task StopAndGoAsync(Participant participant, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            participant.Wire.Stop();
            recorder.Happened("stop");
            await Task.Delay(stopFor, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            participant.Wire.Flow();
            await Task.Delay(flowFor, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
