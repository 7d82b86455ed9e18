using Microsoft.Extensions.Hosting;

namespace Collab.Grains.Log;

/// <summary>Opens the log before anything of the host starts, and stops the writer after everything else has stopped.</summary>
/// <remarks>
/// Not in <c>StartAsync</c> and <c>StopAsync</c>: those run in the order of registration, and grains that deactivate while the silo
/// stops still append. Resolving the writer opens the store, so that a wrong path ends the start with its own message.
/// </remarks>
internal sealed class LogLifecycle(LogWriter writer) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => writer.StopAsync().WaitAsync(cancellationToken);
}
