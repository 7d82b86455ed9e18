using Collab.Contracts.Access;
using Collab.Observability;
using Collab.Web.Cluster;

namespace Collab.Web.Security;

/// <summary>Listens for changes of who may do what, as long as the host runs: one call waits in the cluster all the time. After one that failed, everything is asked for again.</summary>
internal sealed partial class AccessWatch(ClusterCalls cluster, LocalAccess local, AccessSettings settings, TimeProvider time, ILogger<AccessWatch> logger) : BackgroundService
{
    // How long a start waits to hear what is revoked. A cluster that is away has no documents either, and what is revoked meanwhile holds as soon as it is back.
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan PauseLimit = TimeSpan.FromSeconds(5);

    // An answer that says nothing comes after the time that calls are held; one that comes sooner is of a silo that stops, and is not to be asked in a circle.
    private static readonly TimeSpan EarlyAnswer = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger _logger = logger;

    /// <summary>Before the host listens it knows what is revoked.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        settings.OnChange(local.JudgeCallers);
        await base.StartAsync(cancellationToken);
        await Task.WhenAny(_heard.Task, Task.Delay(StartLimit, time, cancellationToken));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        (long epoch, long version, var pause) = (0L, 0L, Pause);
        while (!stoppingToken.IsCancellationRequested)
        {
            long started = time.GetTimestamp();
            try
            {
                var changes = await cluster.AccessChanges.Next(epoch, version).WaitAsync(stoppingToken);
                if (epoch == 0 && _heard.Task.IsCompleted)
                    LogHears();
                Apply(changes);
                bool isEarly = changes.Epoch == epoch && changes.Version == version && time.GetElapsedTime(started) < EarlyAnswer;
                (epoch, version, pause) = (changes.Epoch, changes.Version, Pause);
                _heard.TrySetResult();
                if (isEarly)
                    await WaitAsync(Pause, stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                if (epoch != 0)
                {
                    ErrorMetrics.Count(ErrorComponent.Access, "not_heard");
                    LogDeaf(failure.GetType().Name);
                }

                // What is said now is not heard here: next time everything is asked for.
                epoch = 0;
                GrainFailures.Refuse(failure);
                await WaitAsync(pause * (1 + (0.5 * Random.Shared.NextDouble())), stoppingToken);
                pause = pause * 2 < PauseLimit ? pause * 2 : PauseLimit;
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Apply(AccessChanges changes)
    {
        if (changes.IsEverything)
        {
            local.ApplyEverything(changes.Revocations);
            return;
        }

        local.Apply(changes.Revocations);
        local.Apply(changes.Changes);
    }

    private async Task WaitAsync(TimeSpan wait, CancellationToken stopping) => await Task.Delay(wait, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    [LoggerMessage(3231, LogLevel.Warning, "Changes of permissions are not heard here ({Failure}) until the cluster answers again; those that are known hold on.")]
    private partial void LogDeaf(string failure);

    [LoggerMessage(3232, LogLevel.Information, "Changes of permissions are heard again; everything is asked for anew.")]
    private partial void LogHears();
}
