using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.SignalR.Client;

/// <summary>Says where the hub is and how to reach it.</summary>
public static class HubConnectionBuilderHttpExtensions
{
    public static IHubConnectionBuilder WithUrl(this IHubConnectionBuilder hubConnectionBuilder, string url) =>
        hubConnectionBuilder.WithUrl(new Uri(url));

    public static IHubConnectionBuilder WithUrl(
        this IHubConnectionBuilder hubConnectionBuilder, string url, Action<HttpConnectionOptions> configureHttpConnection) =>
        hubConnectionBuilder.WithUrl(new Uri(url), configureHttpConnection);

    public static IHubConnectionBuilder WithUrl(this IHubConnectionBuilder hubConnectionBuilder, string url, HttpTransportType transports) =>
        hubConnectionBuilder.WithUrl(new Uri(url), transports);

    public static IHubConnectionBuilder WithUrl(
        this IHubConnectionBuilder hubConnectionBuilder,
        string url,
        HttpTransportType transports,
        Action<HttpConnectionOptions> configureHttpConnection) =>
        hubConnectionBuilder.WithUrl(new Uri(url), transports, configureHttpConnection);

    public static IHubConnectionBuilder WithUrl(this IHubConnectionBuilder hubConnectionBuilder, Uri url) =>
        Add(hubConnectionBuilder, url, null, null);

    public static IHubConnectionBuilder WithUrl(
        this IHubConnectionBuilder hubConnectionBuilder, Uri url, Action<HttpConnectionOptions> configureHttpConnection) =>
        Add(hubConnectionBuilder, url, null, configureHttpConnection);

    public static IHubConnectionBuilder WithUrl(this IHubConnectionBuilder hubConnectionBuilder, Uri url, HttpTransportType transports) =>
        Add(hubConnectionBuilder, url, transports, null);

    public static IHubConnectionBuilder WithUrl(
        this IHubConnectionBuilder hubConnectionBuilder,
        Uri url,
        HttpTransportType transports,
        Action<HttpConnectionOptions> configureHttpConnection) =>
        Add(hubConnectionBuilder, url, transports, configureHttpConnection);

    private static IHubConnectionBuilder Add(
        IHubConnectionBuilder builder, Uri url, HttpTransportType? transports, Action<HttpConnectionOptions>? configure)
    {
        builder.Services.Configure<HttpConnectionOptions>(options =>
        {
            options.Url = url;
            if (transports is { } chosen)
                options.Transports = chosen;
        });
        if (configure is not null)
            builder.Services.Configure(configure);
        builder.Services.AddOptions<HttpConnectionOptions>()
            .Configure<IHubProtocol>(static (options, protocol) => options.DefaultTransferFormat = protocol.TransferFormat);
        builder.Services.AddSingleton<EndPoint>(static services =>
            new UriEndPoint(services.GetRequiredService<IOptions<HttpConnectionOptions>>().Value.Url!));
        builder.Services.AddSingleton<IConnectionFactory, WebSocketConnectionFactory>();
        return builder;
    }
}
