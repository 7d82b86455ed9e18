using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Collab.Tests.Cluster;

namespace Collab.Benchmarks.Cluster;

/// <summary>What has crossed the connections of a cluster since it was made, by the kernel's own count (<c>ss -ti</c>): payload of TCP, both directions.</summary>
internal sealed partial class ClusterTraffic
{
    private readonly (string Name, HashSet<int> Ports)[] _servers;
    private readonly Dictionary<string, Dictionary<string, long>> _before;

    public ClusterTraffic(LocalCluster cluster)
    {
        _servers =
        [
            (Hosts, [.. cluster.Hosts.Select(host => host.Url.Port)]),
            (Gateways, [.. cluster.All.Select(silo => silo.GatewayPort)]),
            (Silos, [.. cluster.All.Select(silo => silo.SiloPort)]),
            (Database, [cluster.Postgres.Port]),
        ];
        _before = Count();
    }

    /// <summary>Between clients and web hosts.</summary>
    public static string Hosts => "hosts";

    /// <summary>Between web hosts and silos.</summary>
    public static string Gateways => "gateways";

    /// <summary>Between silos.</summary>
    public static string Silos => "silos";

    /// <summary>To and from the database.</summary>
    public static string Database => "database";

    /// <summary>Bytes since then. What a connection carried that is gone again is not in it.</summary>
    public IReadOnlyDictionary<string, long> Since()
    {
        var now = Count();
        return now.ToDictionary(server => server.Key, server => server.Value.Sum(connection => connection.Value - _before[server.Key].GetValueOrDefault(connection.Key)));
    }

    // The server's end of each connection, by both ends' addresses.
    private Dictionary<string, Dictionary<string, long>> Count()
    {
        var counted = _servers.ToDictionary(server => server.Name, _ => new Dictionary<string, long>());
        using var ss = Process.Start(new ProcessStartInfo("ss", ["-tiHn"]) { RedirectStandardOutput = true })!;
        string output = ss.StandardOutput.ReadToEnd();
        ss.WaitForExit();
        // Two lines each: state, queues and addresses; then, indented, what the kernel knows.
        string connection = "";
        foreach (string line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!char.IsWhiteSpace(line[0]))
                connection = line;
            else if (connection.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, var local, var peer, ..] && PortOf(local) is var port
                && _servers.FirstOrDefault(server => server.Ports.Contains(port)).Name is { } name)
                counted[name][$"{local} {peer}"] = Bytes().Matches(line).Sum(match => long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
        }

        return counted;
    }

    private static int PortOf(string address) => int.Parse(address.AsSpan(address.LastIndexOf(':') + 1), CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\bbytes_(?:acked|received):(\d+)")]
    private static partial Regex Bytes();
}
