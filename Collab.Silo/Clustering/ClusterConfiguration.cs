using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Collab.Grains.Log;
using Collab.Grains.Log.Postgres;

namespace Collab.Silo.Clustering;

/// <summary>Reads <see cref="ClusterOptions"/>, and says everything that is wrong with them at once, before anything starts.</summary>
internal static partial class ClusterConfiguration
{
    /// <param name="mode">Where none is configured.</param>
    /// <param name="canBeClient">Whether this process does anything without a silo.</param>
    /// <exception cref="OrleansConfigurationException">They are wrong, or ask for what this build or process can't do.</exception>
    public static ClusterOptions Read(IConfiguration configuration, ClusterMode mode, bool canBeClient)
    {
        var section = configuration.GetSection(ClusterOptions.Section);
        ThrowUnlessKnown<ClusterMode>(section, nameof(ClusterOptions.Mode), canBeClient ? "embedded, member or client" : "member or embedded");
        ThrowUnlessKnown<ClusterProvider>(section, nameof(ClusterOptions.Provider), "postgresql or localhost");
        var options = new ClusterOptions { Mode = mode };
        section.Bind(options);
        if (options.Mode != ClusterMode.Embedded && Engine.IsStandIn)
        {
            throw new OrleansConfigurationException(
                $"{Setting(nameof(options.Mode))} is {Word(options.Mode)}, but this build runs on the stand-in engine of offline/, which is one node and can't cluster. Build the default form (./collab probe), or set embedded.");
        }

        var log = configuration.GetSection(LogOptions.Section).Get<LogOptions>() ?? new LogOptions();
        if (options.ConnectionString.Length == 0)
            options.ConnectionString = log.ConnectionString;
        List<string> failures = [.. Check(options, log.Provider, canBeClient)];
        return failures.Count == 0 ? options : throw new OrleansConfigurationException(string.Join(Environment.NewLine, failures));
    }

    /// <summary>What is wrong with them, each with the setting, its value and what to set.</summary>
    /// <param name="log">Which log this process would have.</param>
    public static IEnumerable<string> Check(ClusterOptions options, LogProvider log, bool canBeClient)
    {
        if (options.Mode == ClusterMode.Client && !canBeClient)
            yield return $"{Setting(nameof(options.Mode))} is client, and Collab.Silo is nothing but a silo; set member, or embedded to try it alone. Clients are web hosts: Collab.Web.";
        if (options.Mode == ClusterMode.Member && log != LogProvider.PostgreSql)
        {
            yield return $"{Setting(nameof(options.Mode))} is member and {LogOptions.Section}:{nameof(LogOptions.Provider)} is {log.ToString().ToLowerInvariant()}: each silo would keep a truth of its own. "
                + $"Set {LogOptions.Section}:{nameof(LogOptions.Provider)} to postgresql and {LogOptions.Section}:{nameof(LogOptions.ConnectionString)} to one database for all.";
        }

        if (options.UsesDatabase)
        {
            // Never the text itself, nor what the parser says of it: either could hold the password.
            if (string.IsNullOrWhiteSpace(options.ConnectionString))
            {
                yield return $"{Setting(nameof(options.ConnectionString))} is empty, and so is {LogOptions.Section}:{nameof(LogOptions.ConnectionString)}; with {Setting(nameof(options.Mode))} {Word(options.Mode)} and provider postgresql "
                    + "one must name the cluster's database (environment: Collab__Cluster__ConnectionString).";
            }
            else if (!PostgresDatabase.IsConnectionString(options.ConnectionString))
            {
                yield return $"{Setting(nameof(options.ConnectionString))} can't be read; it must be like Host=db.example;Database=collab;Username=collab;Password=secret, a value with ; or = in double quotes.";
            }

            if (!SchemaName().IsMatch(options.Schema))
                yield return $"{Setting(nameof(options.Schema))} is '{options.Schema}'; it must be 1–63 characters of a–z 0–9 _ and not begin with a digit.";
            if (options.Mode == ClusterMode.Member && options.AdvertisedAddress is { Length: > 0 } address && Resolve(address) is null)
                yield return $"{Setting(nameof(options.AdvertisedAddress))} is '{address}', which is neither an address nor a name that this machine can resolve; set the one at which other machines reach this process.";
        }
        else if (string.IsNullOrWhiteSpace(options.KeysPath))
        {
            yield return $"{Setting(nameof(options.KeysPath))} is empty; it must name a folder for the keys of tokens.";
        }

        foreach (var (name, id) in ((string, string)[])[(nameof(options.ClusterId), options.ClusterId), (nameof(options.ServiceId), options.ServiceId)])
        {
            if (string.IsNullOrWhiteSpace(id) || id.Length > 150)
                yield return $"{Setting(name)} is '{id}'; it must have 1–150 characters.";
        }

        if (options.SiloPort == options.GatewayPort && options.Mode != ClusterMode.Client)
            yield return $"{Setting(nameof(options.SiloPort))} and {Setting(nameof(options.GatewayPort))} are both {options.SiloPort}; they must differ.";
        foreach (var (name, value, from, to) in ((string, double, double, double)[])
        [
            (nameof(options.SiloPort), options.SiloPort, 1, 65535),
            (nameof(options.GatewayPort), options.GatewayPort, 1, 65535),
            (nameof(options.PrimarySiloPort), options.PrimarySiloPort, 1, 65535),
            (nameof(options.ConnectionsLimit), options.ConnectionsLimit, 2, 64),
            ($"{nameof(options.StartTimeout)} in seconds", options.StartTimeout.TotalSeconds, 0, 3600),
            ($"{nameof(options.ProbeTimeout)} in seconds", options.ProbeTimeout.TotalSeconds, 0.2, 60),
            (nameof(options.MissedProbesLimit), options.MissedProbesLimit, 1, 20),
            ($"{nameof(options.AliveInterval)} in seconds", options.AliveInterval.TotalSeconds, 1, 600),
            ($"{nameof(options.GatewayRefreshInterval)} in seconds", options.GatewayRefreshInterval.TotalSeconds, 1, 600),
        ])
        {
            if (value < from || value > to)
                yield return FormattableString.Invariant($"{Setting(name)} is {value}; it must be {from}–{to}.");
        }
    }

    /// <summary>The address that a member tells the others; null if the name can't be resolved.</summary>
    public static IPAddress? Resolve(string address)
    {
        if (IPAddress.TryParse(address, out var literal))
            return literal;
        try
        {
            var found = Dns.GetHostAddresses(address);
            return found.FirstOrDefault(each => each.AddressFamily == AddressFamily.InterNetwork) ?? found.FirstOrDefault();
        }
        catch (Exception failure) when (failure is SocketException or ArgumentException)
        {
            return null;
        }
    }

    // The binder's own message names type and path, and nothing of what could be set.
    private static void ThrowUnlessKnown<TEnum>(IConfigurationSection section, string name, string known)
        where TEnum : struct, Enum
    {
        if (section[name] is { } value && !Enum.GetNames<TEnum>().Contains(value, StringComparer.OrdinalIgnoreCase))
            throw new OrleansConfigurationException($"{Setting(name)} is '{value}'; it must be {known}.");
    }

    private static string Setting(string name) => $"{ClusterOptions.Section}:{name}";

    private static string Word(ClusterMode mode) => mode.ToString().ToLowerInvariant();

    [GeneratedRegex("^[a-z_][a-z0-9_]{0,62}$", RegexOptions.CultureInvariant)]
    private static partial Regex SchemaName();
}
