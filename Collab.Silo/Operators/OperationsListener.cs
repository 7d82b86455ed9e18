using Microsoft.Extensions.Options;

namespace Collab.Silo.Operators;

/// <summary>The operators' own port: has the server listen there, too, shows nothing else there, and them nowhere else. See <see cref="OperationsOptions"/>.</summary>
internal sealed class OperationsListener(IOptions<OperationsOptions> options, ListeningAddresses addresses) : IHostedLifecycleService, IStartupFilter
{
    private static readonly string[] Paths = ["/metrics", "/operations", "/ops", "/health"];

    /// <summary>Whether there is such a port.</summary>
    public bool IsOwn => options.Value.Port is not null;

    /// <summary>Whether a request came in there.</summary>
    public bool Has(HttpContext context) => options.Value.Port is { } port && context.Connection.LocalPort == port;

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        if (IsOwn)
        {
            app.Use((context, then) =>
            {
                if (!Has(context) || Paths.Any(path => context.Request.Path.StartsWithSegments(path)))
                    return then(context);
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            });
        }

        next(app);
    };

    // Before the server starts, and after everybody has said where it listens.
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (IsOwn)
            addresses.Add("CollabOperations", $"http://{options.Value.Address}:{options.Value.Port}");
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        // A host that names its endpoints in code (ConfigureKestrel) is asked for no others.
        var bound = addresses.All;
        return !IsOwn || bound.Count == 0 || bound.Any(address => ListeningAddresses.Port(address) == options.Value.Port)
            ? Task.CompletedTask
            : throw new OrleansConfigurationException(
                $"{OperationsOptions.Section}:{nameof(OperationsOptions.Port)} is {options.Value.Port}, and the server listens at {string.Join(", ", bound)} alone: where endpoints are set in code, one for this port has to be, too.");
    }

    Task IHostedService.StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedService.StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
