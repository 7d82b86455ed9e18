using System.Diagnostics;
using System.Globalization;
using Collab.Stress.Integrity;
using Collab.Stress.Reporting;

namespace Collab.Stress;

/// <summary>One run of one scenario: open, edit, come to rest, check.</summary>
internal sealed class StressRun(StressPlan plan, StressServer server, StressMetrics metrics)
{
    // How long the last answers may take, and replicas to see the last operations.
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(60);

    // One of each run, so that runs don't meet in one document.
    private readonly string _stamp = DateTime.UtcNow.ToString("yyMMddHHmmssfff", CultureInfo.InvariantCulture);

    /// <param name="interrupted">Ends the editing early; what follows is done all the same.</param>
    public static async Task<StressResult> RunAsync(StressPlan plan, CancellationToken interrupted)
    {
        using var server = new StressServer(plan);
        await server.RequireHealthAsync(interrupted);
        return await new StressRun(plan, server, new StressMetrics(plan.Scenario.Name)).RunAsync(interrupted);
    }

    private async Task<StressResult> RunAsync(CancellationToken interrupted)
    {
        var documents = new List<(string Id, List<Participant> Participants)>();
        try
        {
            var random = new Random(plan.Seed);
            for (int document = 0; document < plan.Documents; document++)
            {
                var participants = new List<Participant>();
                documents.Add(($"stress-{plan.Scenario.Name}-{_stamp}-{document}", participants));
                await OpenAsync(document, documents[^1].Id, participants, random, interrupted);
            }

            var edited = await EditAsync(documents.SelectMany(document => document.Participants), interrupted);
            var integrity = IntegrityReport.Empty;
            foreach (var (id, participants) in documents)
                integrity += await CheckAsync(id, participants);
            metrics.Checked(integrity);
            return new StressResult(plan, edited, metrics.Statistics, integrity);
        }
        finally
        {
            foreach (var participant in documents.SelectMany(document => document.Participants))
                await participant.DisposeAsync();
        }
    }

    private async Task OpenAsync(int document, string id, List<Participant> participants, Random random, CancellationToken cancellation)
    {
        string text = plan.Scenario.InitialText(random);
        await using (var creator = server.Connect("creator"))
        {
            await creator.CreateAsync(id, plan.Scenario.Kind(document), title: $"Load test: {plan.Scenario.Name}", cancellation: cancellation);
            var opened = await creator.OpenAsync(id, cancellation);
            await opened.ReplaceAsync(0, 0, text, cancellation);
        }

        for (int client = 0; client < plan.ClientsPerDocument; client++)
            participants.Add(await Participant.OpenAsync($"{document}-{client}", id, plan, server, new Random(random.Next()), metrics, cancellation));
    }

    private async Task<TimeSpan> EditAsync(IEnumerable<Participant> participants, CancellationToken interrupted)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        over.CancelAfter(plan.Duration);
        long started = Stopwatch.GetTimestamp();
        var editing = Task.WhenAll(participants.Select(participant => participant.EditAsync(over.Token)));
        while (!editing.IsCompleted)
        {
            await Task.WhenAny(editing, Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None));
            metrics.TimePassed(Stopwatch.GetElapsedTime(started));
        }

        await editing;
        return Stopwatch.GetElapsedTime(started);
    }

    private async Task<IntegrityReport> CheckAsync(string id, List<Participant> participants)
    {
        var findings = new List<string>();
        foreach (var participant in participants)
        {
            try
            {
                await participant.SettleAsync(SettleLimit);
            }
            catch (TimeoutException unanswered)
            {
                findings.Add(unanswered.Message);
            }
        }

        await using var latecomer = server.Connect("check");
        using var limit = new CancellationTokenSource(SettleLimit);
        var fresh = await latecomer.OpenAsync(id, limit.Token);
        // Those that are behind are on their way; one that never gets there is found by its content.
        while (participants.Any(participant => participant.Document.Revision != fresh.Revision) && !limit.IsCancellationRequested)
            await Task.Delay(10, CancellationToken.None);
        var report = await DocumentCheck.RunAsync(id, participants, fresh, server, CancellationToken.None);
        return report with { Findings = [.. findings, .. report.Findings] };
    }
}
