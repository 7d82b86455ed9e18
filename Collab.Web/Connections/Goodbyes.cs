namespace Collab.Web.Connections;

/// <summary>Tells clients to go on elsewhere, one after the other, so that they don't all arrive there at once.</summary>
internal static class Goodbyes
{
    // Timers are no finer than this.
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    // Whose arrival elsewhere, all at once, nobody notices.
    private const int FewConnections = 20;

    /// <summary>Completes when all have been told.</summary>
    /// <param name="period">Over how long.</param>
    /// <param name="isToldToCluster">Whether the cluster is told that their stays are over; where it can't be reached, it finds out by itself.</param>
    /// <param name="hurry">Takes the pauses out.</param>
    public static async Task SayAsync(IReadOnlyCollection<ClientConnection> open, TimeSpan period, bool isToldToCluster, TimeProvider time, CancellationToken hurry)
    {
        var goodbyes = new List<Task>(open.Count);
        var owed = TimeSpan.Zero;
        foreach (var connection in open)
        {
            goodbyes.Add(connection.SayGoodbyeAsync(isToldToCluster));
            owed += period / open.Count;
            if (owed >= Step && open.Count > FewConnections)
            {
                await Task.Delay(owed, time, hurry).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                owed = TimeSpan.Zero;
            }
        }

        await Task.WhenAll(goodbyes);
    }
}
