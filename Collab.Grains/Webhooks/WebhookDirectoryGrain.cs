using System.Collections.Immutable;
using Collab.Contracts.Webhooks;
using Orleans.Concurrency;

namespace Collab.Grains.Webhooks;

/// <summary>Asks the grain of each configured endpoint. Holds nothing, so its calls may overlap.</summary>
[Reentrant]
public sealed class WebhookDirectoryGrain(WebhookEndpoints endpoints) : Grain, IWebhookDirectoryGrain
{
    public async Task<ImmutableArray<WebhookStatus>> List()
    {
        var statuses = await Task.WhenAll(endpoints.Names.Select(name => GrainFactory.GetGrain<IWebhookGrain>(name).Describe()));
        return [.. statuses.OfType<WebhookStatus>()];
    }
}
