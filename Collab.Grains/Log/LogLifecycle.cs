using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Collab.Grains.Log;

/// <summary>Opens the log before anything of the host starts, and stops the writer after everything else has stopped.</summary>
/// <remarks>
/// Not in <c>StartAsync</c> and <c>StopAsync</c>: those run in the order of registration, and grains that deactivate while the silo
/// stops still append. Resolving the writer opens the store, so that a wrong path ends the start with its own message; not before <c>StartingAsync</c>,
/// so that who was registered earlier can wait for the database first.
/// </remarks>
internal sealed class LogLifecycle(IServiceProvider services) : IHostedLifecycleService
{
    private LogWriter? _writer;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        // Opening it blocks, and what was awaited before may have gone on on the thread that polls the sockets, a database's among them.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        _writer = services.GetRequiredService<LogWriter>();
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => _writer?.StopAsync().WaitAsync(cancellationToken) ?? Task.CompletedTask;
}
