using Collab.Client;
using Collab.Stress.Reporting;

namespace Collab.Stress.Editing.Happenings;

/// <summary>Joins in the midst of a run: one that fails is counted, and the run goes on.</summary>
internal static class Arrivals
{
    /// <returns>Null: they did not come in, or all is over.</returns>
    public static async Task<Participant?> TryJoinAsync(Room room, TimeSpan limit, Recorder recorder, CancellationToken over)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(over);
        patience.CancelAfter(limit);
        try
        {
            return await room.JoinAsync(patience.Token);
        }
        catch (CollabException refused)
        {
            recorder.Failed(refused.Reason, status: "refused");
        }
        catch (OperationCanceledException)
        {
            if (!over.IsCancellationRequested)
                recorder.Failed("timeout");
        }

        return null;
    }
}
