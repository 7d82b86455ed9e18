using Collab.Contracts.Load;
using Collab.Grains.Documents;
using Collab.Observability;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Prometheus;

namespace Collab.Grains.Load;

/// <summary>Every 10 s: says in metrics, in the log and to the <see cref="ILoadGrain"/> what this silo is busy with.</summary>
public sealed partial class LoadReporter(ActiveDocuments documents, IGrainFactory grains, IOptions<DocumentOptions> options, TimeProvider clock, ILogger<LoadReporter> logger)
    : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    private static readonly Gauge Hot = Metrics.CreateGauge(
        "collab_hot_documents", "Documents active in this process with at least Collab:Documents:HotOperationsPerSecond.");

    private static readonly Gauge Busiest = Metrics.CreateGauge(
        "collab_busiest_document_operations_per_second", "Operations a second of this process' busiest document, over the last 10 s.");

    private readonly LoadSample _sample = new(ThisProcess.Name, documents, options.Value.HotOperationsPerSecond, clock);

    /// <summary>Looks and tells. One at a time.</summary>
    internal async Task ReportAsync()
    {
        var load = _sample.Take(hot => LogHot(hot.Document, (long)hot.OperationsPerSecond, hot.Sessions, hot.Hosts));
        Hot.Set(_sample.HotCount);
        Busiest.Set(load.Busiest.IsEmpty ? 0 : load.Busiest[0].OperationsPerSecond);
        await grains.GetGrain<ILoadGrain>(ILoadGrain.Key).Report(load);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await ReportAsync();
            }
            catch (Exception failure)
            {
                // The next one tells the same and more.
                LogNotTold(failure.Message);
            }
        }
    }
}
