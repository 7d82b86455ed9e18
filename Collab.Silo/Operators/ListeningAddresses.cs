using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Collab.Silo.Operators;

/// <summary>Where the server of this process listens: as it is configured before it starts, as it is once it has.</summary>
internal sealed class ListeningAddresses(IConfiguration configuration, IServiceProvider services)
{
    private const string Urls = "urls";
    private const string Endpoints = "Kestrel:Endpoints";

    /// <summary>Before the start: what is configured. After it: where it listens indeed, endpoints that were set in code included. Empty: there is no server.</summary>
    public IReadOnlyCollection<string> All => services.GetService<IServer>() is null ? []
        : Named is { Count: > 0 } named ? [.. named]
        : configuration.GetSection(Endpoints).GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>().ToArray() is { Length: > 0 } endpoints ? endpoints
        : [.. Configured().Split(';')];

    /// <summary>Before the start: has it listen there, too.</summary>
    public void Add(string name, string address)
    {
        if (configuration.GetSection(Endpoints).GetChildren().Any())
            configuration[$"{Endpoints}:{name}:Url"] = address;
        else if (Named is { Count: > 0 } named)
            named.Add(address);
        else
            configuration[Urls] = $"{Configured()};{address}";
    }

    /// <summary>Whether <paramref name="address"/> is one that only this machine reaches, and not by way of a proxy.</summary>
    public static bool IsLoopback(string address) => BindingAddress.Parse(address) is { IsUnixPipe: false, IsNamedPipe: false } binding && OwnMachine.IsName(binding.Host);

    public static int Port(string address) => BindingAddress.Parse(address).Port;

    private ICollection<string>? Named => services.GetService<IServer>()?.Features.Get<IServerAddressesFeature>()?.Addresses;

    // Where it would listen of itself: Microsoft.AspNetCore.Hosting.GenericWebHostService reads the same.
    private string Configured()
    {
        if (configuration[Urls] is { Length: > 0 } urls)
            return urls;
        string[] ports = [.. Ports("http"), .. Ports("https")];
        return ports.Length > 0 ? string.Join(';', ports) : "http://localhost:5000";

        IEnumerable<string> Ports(string scheme) => (configuration[$"{scheme}_ports"] ?? "")
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(port => $"{scheme}://*:{port}");
    }
}
