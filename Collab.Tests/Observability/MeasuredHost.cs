using Collab.Silo.Instruments;
using Collab.Tests.EndToEnd;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace Collab.Tests.Observability;

/// <summary>A host that is measured like every other, on a real port, whose endpoints are a test's own: nobody else moves the metrics of their routes.</summary>
internal sealed class MeasuredHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private MeasuredHost(WebApplication app) => _app = app;

    public HttpClient Http { get; } = new();

    public Uri Address => Http.BaseAddress!;

    /// <param name="map">Gets a route's first segment that is nobody else's: <c>/measured-…</c>.</param>
    public static async Task<(MeasuredHost Host, string Route)> StartAsync(Action<WebApplication, string> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(server => server.Limits.MaxRequestBodySize = 1000);
        builder.Services.AddInstruments();
        var app = builder.Build();
        string route = $"/measured-{Guid.NewGuid():N}";
        map(app, route);
        app.MapMetrics();
        var host = new MeasuredHost(app);
        await app.StartAsync();
        host.Http.BaseAddress = new Uri(app.Urls.First());
        return (host, route);
    }

    public Task<Scrape> ScrapeAsync() => Scrape.OfAsync(Address);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }
}
