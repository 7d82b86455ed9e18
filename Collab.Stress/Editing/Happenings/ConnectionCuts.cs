using Collab.Stress.Reporting;

namespace Collab.Stress.Editing.Happenings;

/// <summary>All connections are cut at one moment, again and again, without a word to either side.</summary>
internal sealed class ConnectionCuts(TimeSpan interval, Recorder recorder) : IHappening
{
    public async Task RunAsync(IReadOnlyList<Room> rooms, CancellationToken over)
    {
        while (true)
        {
            await Task.Delay(interval, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (over.IsCancellationRequested)
                return;
            foreach (var participant in rooms.SelectMany(room => room.Present))
            {
                participant.Wire.Cut();
                recorder.Happened("cut");
            }
        }
    }
}
