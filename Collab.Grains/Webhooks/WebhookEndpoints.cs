using System.Collections.Immutable;
using Collab.Resilience;
using Microsoft.Extensions.Options;

namespace Collab.Grains.Webhooks;

/// <summary>The endpoints that are configured, one of each in the process.</summary>
public sealed class WebhookEndpoints : IDisposable
{
    private readonly Dictionary<string, WebhookEndpoint> _endpoints;

    public WebhookEndpoints(IOptions<WebhooksOptions> options, IServiceProvider services, TimeProvider time)
    {
        _endpoints = options.Value.Endpoints.ToDictionary(
            endpoint => endpoint.Key,
            endpoint => new WebhookEndpoint(endpoint.Key, endpoint.Value, services.CreatePipeline(PipelineName.Webhook, WebhookEndpoint.IsTrouble, of: endpoint.Key), time),
            StringComparer.Ordinal);
        Names = [.. _endpoints.Keys.Order(StringComparer.Ordinal)];
    }

    public ImmutableArray<string> Names { get; }

    internal WebhookEndpoint? Find(string name) => _endpoints.GetValueOrDefault(name);

    public void Dispose()
    {
        foreach (var endpoint in _endpoints.Values)
            endpoint.Dispose();
    }
}
