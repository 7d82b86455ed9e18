using System.Globalization;
using Collab.Stress.Integrity;
using Collab.Stress.Reporting;
using Collab.Stress.Server;

namespace Collab.Stress.Editing;

/// <summary>Clients that edit documents together.</summary>
internal sealed class EditingLoad(EditingScenario scenario, StressPlan plan, StressServer server, Recorder recorder) : ILoad
{
    private readonly List<(string Id, List<Participant> Participants)> _documents = [];

    public async Task OpenAsync(CancellationToken cancellation)
    {
        // One stamp of each run, so that runs don't meet in one document.
        string stamp = DateTime.UtcNow.ToString("yyMMddHHmmssfff", CultureInfo.InvariantCulture);
        var random = new Random(plan.Seed);
        for (int document = 0; document < plan.Documents; document++)
        {
            var participants = new List<Participant>();
            _documents.Add(($"stress-{scenario.Name}-{stamp}-{document}", participants));
            await OpenAsync(document, _documents[^1].Id, participants, random, cancellation);
        }
    }

    public Task DriveAsync(CancellationToken over) => Task.WhenAll(_documents.SelectMany(document => document.Participants).Select(participant => participant.EditAsync(over)));

    public async Task<IntegrityReport?> CheckAsync()
    {
        var integrity = IntegrityReport.Empty;
        foreach (var (id, participants) in _documents)
            integrity += await CheckAsync(id, participants);
        return integrity;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var participant in _documents.SelectMany(document => document.Participants))
            await participant.DisposeAsync();
    }

    private async Task OpenAsync(int document, string id, List<Participant> participants, Random random, CancellationToken cancellation)
    {
        string text = scenario.InitialText(random);
        await using (var creator = server.Connect("creator"))
        {
            await creator.CreateAsync(id, scenario.Kind(document), title: $"Load test: {scenario.Name}", cancellation: cancellation);
            var opened = await creator.OpenAsync(id, cancellation);
            await opened.ReplaceAsync(0, 0, text, cancellation);
        }

        for (int client = 0; client < plan.ClientsIn(document); client++)
        {
            participants.Add(await Participant.OpenAsync($"{document}-{client}", id, scenario, plan, server, new Random(random.Next()), recorder, cancellation));
            await Task.Delay(plan.Ramp / plan.Clients, cancellation);
        }
    }

    private async Task<IntegrityReport> CheckAsync(string id, List<Participant> participants)
    {
        var findings = new List<string>();
        foreach (var participant in participants)
        {
            try
            {
                await participant.SettleAsync(plan.Timeout);
            }
            catch (TimeoutException unanswered)
            {
                findings.Add(unanswered.Message);
            }
        }

        await using var latecomer = server.Connect("check");
        using var limit = new CancellationTokenSource(plan.Timeout);
        var fresh = await latecomer.OpenAsync(id, limit.Token);
        // Those that are behind are on their way; one that never gets there is found by its content.
        while (participants.Any(participant => participant.Document.Revision != fresh.Revision) && !limit.IsCancellationRequested)
            await Task.Delay(10, CancellationToken.None);
        var report = await DocumentCheck.RunAsync(id, participants, fresh, server, CancellationToken.None);
        return report with { Findings = [.. findings, .. report.Findings] };
    }
}
