using Collab.Contracts.Load;
using Collab.Observability;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace Collab.Grains.Load;

/// <summary>
/// Tells the <see cref="ILoadGrain"/> what this host shows in metrics: every 10 s, and every 2 s while somebody looks, as the grain's answer says. So the live page costs nearly nothing while nobody looks: one call in 10 s.
/// </summary>
public sealed partial class HostReporter(IGrainFactory grains, IEnumerable<HostPart> parts, string version, TimeProvider clock, ILogger<HostReporter> logger)
    : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan FarewellLimit = TimeSpan.FromSeconds(2);

    private readonly string _life = Guid.NewGuid().ToString("N");
    private readonly RegistryReading _reading = new(Metrics.DefaultRegistry);
    private readonly MomentTrack _track = new();
    private bool _isTold;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await StopAsync(cancellationToken);
        if (!_isTold)
            return;
        try
        {
            // Before the silo goes: that it ends on purpose, and what it did last.
            await LookAsync(cancellationToken);
            await TellAsync(isLeaving: true).WaitAsync(FarewellLimit, cancellationToken);
        }
        catch (Exception failure)
        {
            LogNotTold(failure.Message);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            // The first look is what counters are counted from.
            var next = LiveHistory.Watched;
            try
            {
                await LookAsync(stoppingToken);
                if (_track.Moments.Count > 1)
                    next = (await TellAsync(isLeaving: false)).NextIn;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // The next one tells the same and more.
                next = LiveHistory.Calm;
                LogNotTold(failure.Message);
            }

            await Task.Delay(next, clock, stoppingToken);
        }
    }

    private async Task LookAsync(CancellationToken cancellation) => _track.Add(clock.GetUtcNow(), await _reading.TakeAsync(cancellation));

    private async Task<HostReportAnswer> TellAsync(bool isLeaving)
    {
        var grain = grains.GetGrain<ILoadGrain>(ILoadGrain.Key);
        var answer = await grain.Tell(Report(isLeaving, _track.Moments.TakeLast(1)));
        if (answer.WantsHistory && _track.Moments.Count > 1)
            answer = await grain.Tell(Report(isLeaving, _track.Moments));
        _isTold = true;
        return answer;
    }

    private HostReport Report(bool isLeaving, IEnumerable<MomentTrack.Moment> moments)
    {
        var now = clock.GetUtcNow();
        return new HostReport(
            ThisProcess.Name, _life, [.. parts.Select(part => part.Name).Distinct().Order(StringComparer.Ordinal)], version, isLeaving, [.. _reading.Series], [.. moments.Select(moment => new HostMoment(now - moment.At, [.. moment.Values]))]);
    }

    [LoggerMessage(1143, LogLevel.Debug, "This host's metrics could not be told to the cluster: {Why}")]
    private partial void LogNotTold(string why);
}
