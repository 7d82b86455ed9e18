using Collab.Observability.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Prometheus;

namespace Collab.Stress.Reporting;

/// <summary>The tool's own <c>/metrics</c>: a target for Prometheus for as long as the tool runs.</summary>
/// <param name="linger">How long it stays after the run.</param>
internal sealed class MetricsEndpoint(string address, int port, TimeSpan linger) : IAsyncDisposable
{
    private WebApplication? _application;

    /// <exception cref="IOException">The port is taken.</exception>
    public async Task StartAsync()
    {
        LibraryDefaults.Replace();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://{address}:{port}");
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddHostedService<RuntimeSampler>();
        _application = builder.Build();
        _application.MapMetrics();
        await _application.StartAsync();
    }

    /// <summary>Two scrapes of the usual interval see the result. Cut short by Ctrl-C.</summary>
    public async Task LingerAsync(CancellationToken cancellation) => await Task.Delay(linger, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    public async ValueTask DisposeAsync()
    {
        if (_application is not null)
            await _application.DisposeAsync();
    }
}
