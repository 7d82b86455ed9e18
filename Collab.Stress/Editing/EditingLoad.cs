using System.Globalization;
using Collab.Stress.Integrity;
using Collab.Stress.Reporting;
using Collab.Stress.Server;

namespace Collab.Stress.Editing;

/// <summary>Clients that edit documents together.</summary>
internal sealed class EditingLoad(EditingScenario scenario, StressPlan plan, StressServer server, Recorder recorder) : ILoad
{
    private readonly List<(WatchedDocument Watched, List<Participant> Participants)> _documents = [];

    public async Task OpenAsync(CancellationToken cancellation)
    {
        // One stamp of each run, so that runs don't meet in one document.
        string stamp = DateTime.UtcNow.ToString("yyMMddHHmmssfff", CultureInfo.InvariantCulture);
        var random = new Random(plan.Seed);
        for (int document = 0; document < plan.Documents; document++)
        {
            var participants = new List<Participant>();
            _documents.Add((new WatchedDocument($"stress-{scenario.Name}-{stamp}-{document}"), participants));
            await OpenAsync(document, _documents[^1].Watched, participants, random, cancellation);
        }
    }

    public Task DriveAsync(CancellationToken over) => Task.WhenAll(_documents.SelectMany(document => document.Participants).Select(participant => participant.EditAsync(over)));

    public async Task<IntegrityReport?> CheckAsync()
    {
        var findings = new List<string>();
        foreach (var participant in _documents.SelectMany(document => document.Participants))
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

        return (await IntegrityCheck.RunAsync([.. _documents.Select(document => document.Watched)], server, plan.Timeout)).With(findings);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var participant in _documents.SelectMany(document => document.Participants))
            await participant.DisposeAsync();
    }

    private async Task OpenAsync(int document, WatchedDocument watched, List<Participant> participants, Random random, CancellationToken cancellation)
    {
        string text = scenario.InitialText(random);
        await using (var creator = server.Connect("creator"))
        {
            await creator.CreateAsync(watched.Id, scenario.Kind(document), title: $"Load test: {scenario.Name}", cancellation: cancellation);
            var opened = await creator.OpenAsync(watched.Id, cancellation);
            var witness = watched.Watch("creator", opened);
            await opened.ReplaceAsync(0, 0, text, cancellation);
            witness.Leave();
        }

        for (int client = 0; client < plan.ClientsIn(document); client++)
        {
            participants.Add(await Participant.OpenAsync($"{document}-{client}", watched.Id, scenario, plan, server, new Random(random.Next()), recorder, cancellation));
            watched.Watch(participants[^1].Name, participants[^1].Document);
            await Task.Delay(plan.Ramp / plan.Clients, cancellation);
        }
    }
}
