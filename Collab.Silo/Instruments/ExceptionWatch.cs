using Collab.Observability;

namespace Collab.Silo.Instruments;

/// <summary>Counts what goes wrong where nobody waits for it: in services of the host, on threads, and in tasks that were left alone.</summary>
internal sealed class ExceptionWatch(IServiceProvider services) : IHostedLifecycleService
{
    // The process has one pair of events, however many hosts are in it.
    private static readonly Lock Gate = new();
    private static int s_watches;

    private bool _isWatching;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        // There at 0 from the start: of a counter that begins with its first event nobody sees that it increased.
        UnhandledExceptions.Process.Publish();
        Watch(true);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        foreach (var service in services.GetServices<IHostedService>().OfType<BackgroundService>())
            _ = WatchAsync(service);
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        Watch(false);
        return Task.CompletedTask;
    }

    private void Watch(bool isWatching)
    {
        lock (Gate)
        {
            // A start that failed early stops what never started.
            if (_isWatching == isWatching)
                return;
            _isWatching = isWatching;
            if (isWatching && s_watches++ == 0)
            {
                AppDomain.CurrentDomain.UnhandledException += OnUnhandled;
                TaskScheduler.UnobservedTaskException += OnUnobserved;
            }
            else if (!isWatching && --s_watches == 0)
            {
                AppDomain.CurrentDomain.UnhandledException -= OnUnhandled;
                TaskScheduler.UnobservedTaskException -= OnUnobserved;
            }
        }
    }

    private static async Task WatchAsync(BackgroundService service)
    {
        // The host logs it, and stops.
        if (service.ExecuteTask is { } running)
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (service.ExecuteTask is { IsFaulted: true })
            UnhandledExceptions.Background.Inc();
    }

    private static void OnUnhandled(object sender, UnhandledExceptionEventArgs happened) => UnhandledExceptions.Process.Inc();

    private static void OnUnobserved(object? sender, UnobservedTaskExceptionEventArgs happened) => UnhandledExceptions.Process.Inc();
}
