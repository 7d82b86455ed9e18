using System.Text.Json;
using System.Text.RegularExpressions;
using Collab.Tests.Fanout;
using Collab.Tests.Operations;

namespace Collab.Tests.Load;

/// <summary><c>/operations/live</c> of real hosts.</summary>
public sealed class LiveTests
{
    [Fact]
    public async Task Both_hosts_are_shown_by_either_and_one_that_ends_is_said_to_have_ended()
    {
        await using var hosts = await TwoHosts.StartAsync();
        foreach (var host in new[] { hosts.First, hosts.Second })
            await Eventually.IsTrue(async () => Hosts(await host.GetAsync("/operations/live")) is ["silo, web telling", "web telling"], "either host shows both");
        await hosts.Second.StopAsync();
        await Eventually.IsTrue(async () => Hosts(await hosts.First.GetAsync("/operations/live")) is ["silo, web telling", "web left"], "the second host is said to have ended");
    }

    [Fact]
    public void Hints_have_the_names_of_alerts()
    {
        string alerts = File.ReadAllText(Path.Combine(Repository.Root, "deploy", "prometheus", "rules", "alerts.yaml")) + File.ReadAllText(Path.Combine(Repository.Root, "deploy", "prometheus", "rules", "slo-alerts.yaml"));
        string source = File.ReadAllText(Path.Combine(Repository.Root, "Collab.Silo", "Live", "LiveHints.cs"));
        string[] names = [.. Regex.Matches(source, "\"(Collab[A-Z][A-Za-z]+)\"").Select(match => match.Groups[1].Value)];
        Assert.True(names.Length > 10);
        Assert.All(names, name => Assert.Contains($"- alert: {name}\n", alerts, StringComparison.Ordinal));
    }

    private static string[] Hosts(JsonElement live) =>
        [.. live.GetProperty("hosts").EnumerateArray().Select(host => $"{string.Join(", ", host.GetProperty("parts").EnumerateArray())} {host.GetProperty("state").GetString()}").Order(StringComparer.Ordinal)];
}
