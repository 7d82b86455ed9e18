using Collab.Contracts.Webhooks;
using Microsoft.Extensions.Hosting;

namespace Collab.Grains.Webhooks;

/// <summary>Wakes every endpoint when a silo has started: what it was behind with when the last one ended goes on.</summary>
internal sealed class WebhookStart(WebhookEndpoints endpoints, IGrainFactory grains) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.WhenAll(endpoints.Names.Select(name => grains.GetGrain<IWebhookGrain>(name).Wake()));

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
