using Collab.Grains.Activity;
using Collab.Grains.Log;
using Collab.Grains.Log.Sqlite;
using Collab.Tests.Activity;
using Collab.Tests.EndToEnd;
using Microsoft.Extensions.Logging.Abstractions;

namespace Collab.Tests.Webhooks;

/// <summary>The real server is killed while it delivers.</summary>
public sealed class WebhookCrashTests
{
    private const int Events = 1_000;
    private const int BatchLimit = 10;

    [Fact]
    public async Task Killed_while_it_delivers_the_next_start_goes_on_and_repeats_at_most_the_delivery_that_it_was_at()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var server = new ServerProcess(
            $"Collab:Webhooks:crash:Url={receiver.Url}", $"Collab:Webhooks:crash:Secret={Receiver.Secret}", $"Collab:Webhooks:crash:BatchLimit={BatchLimit}",
            // A busy machine is no receiver that hangs: repetitions are counted.
            "Collab:Resilience:webhook:AttemptTimeout=00:02:00", "Collab:Resilience:webhook:TotalTimeout=00:10:00");
        await FillAsync(server.Database);

        foreach (int kill in new[] { 15, 45, 70 })
        {
            server.Launch();
            await Eventually.IsTrue(() => receiver.Received.Count >= kill || !server.Process.IsRunning, $"{kill} deliveries have come");
            Assert.True(server.Process.IsRunning, server.Log);
            await server.KillAsync();
        }

        await server.StartAgainAsync();
        await Eventually.IsTrue(() => receiver.Taken.Sum(delivery => delivery.Events.Count()) >= Events, "everything has come");

        Assert.Equal(Enumerable.Range(1, Events).Select(position => (long)position), receiver.Taken.SelectMany(delivery => delivery.Events).Select(told => told.GetProperty("position").GetInt64()));
        Assert.InRange(receiver.Received.Count, Events / BatchLimit, (Events / BatchLimit) + 3);
        Assert.All(receiver.Received.GroupBy(delivery => delivery.Id), same => Assert.Single(same.Select(delivery => Convert.ToHexString(delivery.Body)).Distinct()));
    }

    private static async Task FillAsync(string path)
    {
        using var log = SqliteOperationLog.Open(new LogOptions { Path = path }, NullLogger<SqliteOperationLog>.Instance);
        await log.Activity.WriteCursorAsync("webhook:crash", new ConsumerCursor(0), default);
        await log.Activity.AppendAsync([.. Enumerable.Range(0, Events).Select(i => Happenings.Event($"d{i % 7}"))]);
    }
}
