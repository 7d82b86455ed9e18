using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Collab.Tests.Deploy;

/// <summary>What <c>deploy/compose.yaml</c> says of itself and of the files that it mounts; there is no Docker where this is tested.</summary>
[Collection(DeployFiles.Collection)]
public sealed partial class ComposeTests(DeployFiles files)
{
    // Made here, and so without a version of its own.
    private static readonly string[] OwnImages = ["collab-web", "collab-silo"];

    private IEnumerable<KeyValuePair<string, JsonNode?>> Services => files.Compose.At("services")!.AsObject();

    [Fact]
    public void All_that_runs_and_all_that_watches_is_in_it() =>
        Assert.Equal(["alertmanager", "balancer", "database", "grafana", "postgres-exporter", "prometheus", "schema", "silo", "web-1", "web-2"], Services.Select(service => service.Key).Order(StringComparer.Ordinal));

    [Fact]
    public void Two_silos_run() => Assert.Equal("2", files.Compose.Text("services", "silo", "deploy", "replicas"));

    [Fact]
    public void Every_image_is_of_one_version() => Assert.All(Services, service =>
    {
        string image = service.Value.Text("image")!;
        Assert.True(OwnImages.Contains(image) || Version().IsMatch(image), $"{service.Key}: {image}");
    });

    [Fact]
    public void Every_service_says_whether_it_is_well_and_what_it_may_take() => Assert.All(Services, service =>
    {
        // What makes the tables ends by itself.
        Assert.True(service.Key == "schema" || service.Value.At("healthcheck", "test") is not null, $"{service.Key} has no health check.");
        Assert.NotNull(service.Value.At("deploy", "resources", "limits", "memory"));
        Assert.NotNull(service.Value.At("deploy", "resources", "limits", "cpus"));
    });

    [Fact]
    public void Everything_that_is_mounted_is_there()
    {
        string[] sources = [.. Services.SelectMany(service => service.Value.Items("volumes")).Select(volume => volume.ToString().Split(':')[0])];

        Assert.All(sources.Where(source => source.StartsWith('.')), source => Assert.True(Path.Exists(Path.Combine(DeployFiles.Folder, source)), source));
        Assert.Equal(files.Compose.At("volumes")!.AsObject().Select(volume => volume.Key).Order(StringComparer.Ordinal), sources.Where(source => !source.StartsWith('.')).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_variable_that_it_asks_for_is_in_the_example_and_no_other()
    {
        string[] asked = [.. Variable().Matches(File.ReadAllText(Path.Combine(DeployFiles.Folder, "compose.yaml"))).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal)];
        string[] given = [.. File.ReadLines(Path.Combine(DeployFiles.Folder, "compose", "env.example")).Where(line => line.Contains('=') && !line.StartsWith('#')).Select(line => line.Split('=')[0]).Order(StringComparer.Ordinal)];

        Assert.Equal(given, asked);
    }

    [Fact]
    public void The_exporter_is_a_role_that_the_database_makes_and_gives_a_password()
    {
        string roles = File.ReadAllText(Path.Combine(DeployFiles.Folder, "postgresql", "roles.sql"));

        Assert.Contains($"CREATE ROLE {files.Compose.Text("services", "postgres-exporter", "environment", "DATA_SOURCE_USER")} LOGIN", roles, StringComparison.Ordinal);
        Assert.All(
            Variable().Matches(files.Compose.At("services", "database", "environment")!.ToJsonString()).Select(match => match.Groups[1].Value).Where(name => name != "COLLAB_ADMINISTRATOR_PASSWORD"),
            name => Assert.Contains($"\\getenv {name["COLLAB_".Length..].ToLowerInvariant().Replace("database", "server", StringComparison.Ordinal)} {name}", roles, StringComparison.Ordinal));
    }

    [Fact]
    public void Prometheus_scrapes_services_that_there_are_at_the_ports_where_they_answer()
    {
        var configuration = files.Documents("prometheus/prometheus.yaml").Single();
        string operations = files.Compose.Text("services", "silo", "environment", "Collab__Operations__Port")!;
        var ports = new Dictionary<string, string> { ["web-1"] = operations, ["web-2"] = operations, ["silo"] = operations, ["postgres-exporter"] = "9187", ["localhost"] = "9090", ["alertmanager"] = "9093" };
        var scrapes = configuration.Items("scrape_configs").ToList();
        string[] targets =
        [
            .. scrapes.Concat(configuration.Items("alerting", "alertmanagers")).SelectMany(scrape => scrape.Items("static_configs")).SelectMany(of => of.Items("targets")).Select(target => target.ToString()),
            .. scrapes.SelectMany(scrape => scrape.Items("dns_sd_configs")).SelectMany(of => of.Items("names").Select(name => $"{name}:{of.Text("port")}")),
        ];

        Assert.Equal(7, targets.Length);
        Assert.All(targets, target => Assert.Equal(ports[target.Split(':')[0]], target.Split(':')[1]));
        Assert.All(targets.Select(target => target.Split(':')[0]).Where(host => host != "localhost"), host => Assert.NotNull(files.Compose.At("services", host)));
        // Where Grafana asks it.
        Assert.Equal("http://prometheus:9090", files.Compose.Text("services", "grafana", "environment", "COLLAB_PROMETHEUS_URL"));
    }

    [GeneratedRegex(@":v?\d+\.\d+(\.\d+)?$")]
    private static partial Regex Version();

    [GeneratedRegex(@"\$\{(\w+):\?")]
    private static partial Regex Variable();
}
