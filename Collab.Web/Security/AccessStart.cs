using Collab.Contracts.Access;
using Collab.Silo.Operators;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Collab.Web.Security;

/// <summary>Keeps a host from starting whose settings let strangers in, or nobody: judges <see cref="AccessOptions"/> together with where it runs and listens. With <see cref="AccessOptions.AllowInsecure"/> it warns instead.</summary>
/// <remarks>Twice: by what is configured, before anything starts, and by where the server listens in fact, which only its start settles.</remarks>
internal sealed partial class AccessStart(
    IOptions<AccessOptions> access, IOptions<CollabOptions> collab, IOptions<OperationsOptions> operations, ListeningAddresses addresses, IHostEnvironment environment, IAuthenticationSchemeProvider schemes,
    ILogger<AccessStart> logger) : IHostedLifecycleService
{
    private const string AnonymousSetting = $"{AccessOptions.Section}:{nameof(AccessOptions.Anonymous)}";
    private const string KeysSetting = $"{AccessOptions.Section}:{nameof(AccessOptions.ApiKeys)}";
    private const string SchemesSetting = $"{AccessOptions.Section}:{nameof(AccessOptions.Schemes)}";
    private const string InsecureSetting = $"{AccessOptions.Section}:{nameof(AccessOptions.AllowInsecure)}";

    private readonly ILogger _logger = logger;
    private readonly HashSet<string> _warned = [];

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (string scheme in access.Value.AskedSchemes)
        {
            if (await schemes.GetSchemeAsync(scheme) is null)
                throw Failure($"{SchemesSetting} names {scheme}, and there is no authentication scheme of that name; there are {string.Join(", ", (await schemes.GetAllSchemesAsync()).Select(known => known.Name))}.");
        }

        Judge();
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        Judge();
        return Task.CompletedTask;
    }

    Task IHostedService.StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedService.StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Judge()
    {
        string[] failures = [.. Insecure()];
        if (failures.Length > 0 && !access.Value.AllowInsecure)
            throw Failure([.. failures, $"For a try-out on a network that you trust, {InsecureSetting}=true starts all the same."]);
        foreach (string failure in failures.Where(_warned.Add))
            LogInsecure(failure);
    }

    private IEnumerable<string> Insecure()
    {
        var options = access.Value;
        // The operators' own port shows nobody a document.
        string[] open = [.. addresses.All.Where(address => ListeningAddresses.Port(address) != operations.Value.Port && !ListeningAddresses.IsLoopback(address))];
        string? where = !environment.IsDevelopment() ? $"in the environment {environment.EnvironmentName}" : open.Length > 0 ? $"at {string.Join(", ", open)}, which is not loopback," : null;
        if (where is not null && options is { ApiKeys.Count: 0, Schemes.Count: 0, Anonymous: null or Role.None })
        {
            yield return $"Nobody could get in {where} since there are no credentials. Set {KeysSetting}:0:Name and {KeysSetting}:0:Hash (./collab apikey NAME makes a key and prints both), "
                + $"or {SchemesSetting} to authentication schemes of this application, or {AnonymousSetting} to viewer for a site that everybody may read. On a developer's machine: ASPNETCORE_ENVIRONMENT=Development, on loopback.";
        }

        if (where is not null && options.Anonymous > Role.Viewer)
            yield return $"{AnonymousSetting} is {options.Anonymous.Value.Word()} {where} so that strangers could do as they like. Set it to viewer or none, and give people tokens ({KeysSetting}).";
        if (!environment.IsDevelopment() && collab.Value.Browsers.AllowedOrigins.Contains("*"))
        {
            yield return $"{CollabOptions.Section}:{nameof(collab.Value.Browsers)}:{nameof(BrowserOptions.AllowedOrigins)} has * in the environment {environment.EnvironmentName}: every page that somebody looks at could use their cookies here. "
                + "Name the origins, https://app.example.";
        }
    }

    private static OptionsValidationException Failure(params IEnumerable<string> failures) => new(AccessOptions.Section, typeof(AccessOptions), failures);

    [LoggerMessage(3201, LogLevel.Warning, "Insecure, and started because of Collab:Access:AllowInsecure: {Failure}")]
    private partial void LogInsecure(string failure);
}
