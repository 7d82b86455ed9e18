using System.Globalization;
using Collab.Stress.Integrity;
using Collab.Stress.Reporting;
using Collab.Stress.Server;

namespace Collab.Stress.Traces;

/// <summary>A trace replayed into as many documents at once as the plan says.</summary>
internal sealed class TraceLoad(EditingTrace trace, StressPlan plan, StressServer server, Recorder recorder) : ILoad
{
    private readonly List<TraceReplay> _replays = [];

    public async Task OpenAsync(CancellationToken cancellation)
    {
        string stamp = DateTime.UtcNow.ToString("yyMMddHHmmssfff", CultureInfo.InvariantCulture);
        for (int document = 0; document < plan.Documents; document++)
        {
            _replays.Add(new TraceReplay(trace, $"stress-trace-{stamp}-{document}", plan, server, recorder));
            await _replays[^1].OpenAsync(cancellation);
            await Task.Delay(plan.Ramp / plan.Documents, cancellation);
        }
    }

    public Task DriveAsync(CancellationToken over) => Task.WhenAll(_replays.Select(replay => replay.DriveAsync(over)));

    public async Task<IntegrityReport?> CheckAsync()
    {
        _replays.ForEach(replay => replay.Release());
        var report = await IntegrityCheck.RunAsync([.. _replays.Select(replay => replay.Watched)], server, plan.Timeout);
        var texts = _replays.Select(replay => (Told: replay.CompareText(out bool isWrong), IsWrong: isWrong)).Where(text => text.Told is not null).ToLookup(text => text.IsWrong, text => text.Told!);
        return report.With([.. texts[true]]) with { NotCompared = [.. report.NotCompared, .. texts[false]] };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replay in _replays)
            await replay.DisposeAsync();
    }
}
