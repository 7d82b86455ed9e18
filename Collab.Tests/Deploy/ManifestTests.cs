using System.Globalization;
using System.Text.Json.Nodes;
using Collab.Tests.Documentation;
using Collab.Web;

namespace Collab.Tests.Deploy;

/// <summary>What the manifests say of each other and of the hosts, which no schema knows.</summary>
[Collection(DeployFiles.Collection)]
public sealed class ManifestTests(DeployFiles files)
{
    // Microsoft.Extensions.Hosting.HostOptions.ShutdownTimeout: for what the drain leaves.
    private static readonly TimeSpan HostShutdown = TimeSpan.FromSeconds(30);

    // What a draining host gives its clients to leave, beyond the period.
    private static readonly TimeSpan LeaveLimit = TimeSpan.FromSeconds(2);

    public static TheoryData<string> Workloads { get; } = new("collab-silo", "collab-web");

    [Theory]
    [MemberData(nameof(Workloads))]
    public void Everything_that_selects_pods_selects_those_of_the_workload(string name)
    {
        var labels = Labels(files.Named("Deployment", name).At("spec", "template", "metadata", "labels"));

        Assert.Equal(labels, Labels(files.Named("Deployment", name).At("spec", "selector", "matchLabels")));
        Assert.Equal(labels, Labels(files.Named("Service", name).At("spec", "selector")));
        Assert.Equal(labels, Labels(files.Named("PodDisruptionBudget", name).At("spec", "selector", "matchLabels")));
        Assert.Equal(labels, Labels(files.Named("NetworkPolicy", name["collab-".Length..]).At("spec", "podSelector", "matchLabels")));
        Assert.All(Pod(name).Items("topologySpreadConstraints"), constraint => Assert.Equal(labels, Labels(constraint.At("labelSelector", "matchLabels"))));
        var target = files.Named("HorizontalPodAutoscaler", name).At("spec", "scaleTargetRef");
        Assert.Equal(("Deployment", name), (target.Text("kind")!, target.Text("name")!));
        // Who sets both has the two undo each other at each apply.
        Assert.Null(files.Named("Deployment", name).At("spec", "replicas"));
        Assert.Subset(labels.ToHashSet(), Labels(files.Named("ServiceMonitor", "collab").At("spec", "selector", "matchLabels")).ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public void Probes_ask_for_what_the_hosts_answer_at_the_port_where_the_image_listens(string name)
    {
        var container = Container(name);

        Assert.Equal("/health/ready", container.Text("startupProbe", "httpGet", "path"));
        Assert.Equal("/health/ready", container.Text("readinessProbe", "httpGet", "path"));
        Assert.Equal("/health/live", container.Text("livenessProbe", "httpGet", "path"));
        foreach (string probe in new[] { "startupProbe", "readinessProbe", "livenessProbe" })
            Assert.Equal(8080, Port(container, container.Text(probe, "httpGet", "port")!));
        var scraped = files.Named("ServiceMonitor", "collab").Items("spec", "endpoints").Single();
        Assert.Equal("/metrics", scraped.Text("path"));
        // Where the hosts are told to show it, and nowhere that a proxy leads to.
        Assert.Equal(files.Named("ConfigMap", "collab").Text("data", "Collab__Operations__Port"), $"{Port(container, scraped.Text("port")!)}");
        Assert.Equal("operations", files.Named("Service", name).Items("spec", "ports").Single(port => port.Text("name") == scraped.Text("port")).Text("targetPort"));
    }

    [Fact]
    public void Ports_are_the_settings_defaults_and_every_name_of_one_is_a_containers()
    {
        Assert.Equal(Setting.All.Single(setting => setting.Key == "Collab:Cluster:SiloPort").Default, $"{Port(Container("collab-silo"), "silo")}");
        Assert.Equal(Setting.All.Single(setting => setting.Key == "Collab:Cluster:GatewayPort").Default, $"{Port(Container("collab-silo"), "gateway")}");
        foreach (string name in new[] { "collab-silo", "collab-web" })
            Assert.All(files.Named("Service", name).Items("spec", "ports"), port => Port(Container(name), port.Text("targetPort")!));
        foreach (string name in new[] { "silo", "web" })
        {
            var policy = files.Named("NetworkPolicy", name);
            Assert.All(policy.Items("spec", "ingress").SelectMany(rule => rule.Items("ports")), port => Port(Container($"collab-{name}"), port.Text("port")!));
        }

        var paths = files.Named("Ingress", "collab").Items("spec", "rules").SelectMany(rule => rule.Items("http", "paths"));
        Assert.All(paths, path => Assert.Contains(
            files.Named("Service", path.Text("backend", "service", "name")!).Items("spec", "ports"), port => port.Text("name") == path.Text("backend", "service", "port", "name")));
        Assert.All(paths, path => Assert.False(path.Text("path") is "/metrics" or "/health" or "/operations" || path is JsonObject whole && whole.Text("path") == "/" && whole.Text("pathType") == "Prefix", "The operator's pages are not for the public."));
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public void The_grace_period_is_longer_than_everything_that_happens_in_it(string name)
    {
        var grace = Seconds(Pod(name).At("terminationGracePeriodSeconds")!);
        TimeSpan[] steps = [Configured("DrainDelay"), Configured("DrainPeriod"), LeaveLimit, HostShutdown];
        var all = steps.Aggregate((sum, step) => sum + step);

        Assert.True(grace >= all, $"{grace} is not enough for {string.Join(" + ", steps)}.");
    }

    [Fact]
    public void Compose_and_systemd_wait_as_long_as_the_hosts_may_take()
    {
        var drain = new DeliveryOptions().DrainPeriod;
        foreach (string service in new[] { "silo", "web-1", "web-2" })
            Assert.True(TimeSpan.FromSeconds(int.Parse(files.Compose.Text("services", service, "stop_grace_period")!.TrimEnd('s'), CultureInfo.InvariantCulture)) >= drain + HostShutdown);
        foreach (string unit in Directory.EnumerateFiles(Path.Combine(DeployFiles.Folder, "systemd"), "*.service"))
        {
            string line = File.ReadLines(unit).Single(line => line.StartsWith("TimeoutStopSec=", StringComparison.Ordinal));
            Assert.True(TimeSpan.FromSeconds(int.Parse(line.Split('=')[1], CultureInfo.InvariantCulture)) >= drain + HostShutdown);
        }
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public void A_pod_has_no_more_rights_than_the_image_needs_and_says_what_it_takes(string name)
    {
        var container = Container(name);

        Assert.Equal(("true", "1654"), (Pod(name).Text("securityContext", "runAsNonRoot"), Pod(name).Text("securityContext", "runAsUser")));
        Assert.Equal("RuntimeDefault", Pod(name).Text("securityContext", "seccompProfile", "type"));
        Assert.Equal("false", Pod(name).Text("automountServiceAccountToken"));
        Assert.Equal(("false", "true"), (container.Text("securityContext", "allowPrivilegeEscalation"), container.Text("securityContext", "readOnlyRootFilesystem")));
        Assert.Equal("ALL", container.Items("securityContext", "capabilities", "drop").Single().ToString());
        Assert.NotNull(container.At("resources", "requests", "cpu"));
        Assert.NotNull(container.At("resources", "requests", "memory"));
        Assert.Equal(container.Text("resources", "requests", "memory"), container.Text("resources", "limits", "memory"));
        Assert.All(container.Items("envFrom"), source => Assert.NotNull(
            source.Text("configMapRef", "name") is { } map ? files.Named("ConfigMap", map) : files.Named("Secret", source.Text("secretRef", "name")!)));
    }

    [Fact]
    public void The_tables_are_made_by_the_silos_own_program_with_rights_of_its_own()
    {
        var pod = files.Named("Job", "collab-schema").At("spec", "template", "spec");
        var container = pod.Items("containers").Single();

        Assert.Equal((Container("collab-silo").Text("image"), "schema"), (container.Text("image"), container.Items("args").Single().ToString()));
        Assert.Equal("collab-schema", container.Items("envFrom").Select(source => source.Text("secretRef", "name")).OfType<string>().Single());
        Assert.NotNull(files.Named("Secret", "collab-schema"));
        Assert.Equal("schema", files.Compose.Items("services", "schema", "command").Single().ToString());
        Assert.Equal(("true", "true"), (pod.Text("securityContext", "runAsNonRoot"), container.Text("securityContext", "readOnlyRootFilesystem")));
        Assert.Equal(
            Labels(files.Named("NetworkPolicy", "schema").At("spec", "podSelector", "matchLabels")),
            Labels(files.Named("Job", "collab-schema").At("spec", "template", "metadata", "labels")));
    }

    [Fact]
    public void Web_hosts_are_told_the_hashes_of_keys_by_a_secret_and_only_the_try_out_lets_in_everybody_on_loopback()
    {
        Assert.Contains(Container("collab-web").Items("envFrom"), source => source.Text("secretRef", "name") == "collab-access");
        Assert.Contains("Collab__Access__ApiKeys__0__Hash", files.Named("Secret", "collab-access").At("stringData")!.AsObject().Select(pair => pair.Key));
        Assert.DoesNotContain(files.Manifests, manifest => manifest.ToJsonString().Contains("Collab__Access__A", StringComparison.Ordinal) && manifest.Text("kind") != "Secret");
        Assert.Equal("owner", files.Compose.Text("services", "web-1", "environment", "Collab__Access__Anonymous"));
        Assert.All(files.Compose.At("services")!.AsObject().SelectMany(service => service.Value!.Items("ports")), port => Assert.StartsWith("127.0.0.1:", port.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void A_silo_is_reached_at_its_pods_address()
    {
        var address = Container("collab-silo").Items("env").Single(variable => variable.Text("name") == "Collab__Cluster__AdvertisedAddress");

        Assert.Equal("status.podIP", address.Text("valueFrom", "fieldRef", "fieldPath"));
    }

    [Fact]
    public void The_autoscaler_asks_for_a_metric_that_the_code_has()
    {
        string metric = files.Named("HorizontalPodAutoscaler", "collab-web").Items("spec", "metrics").Select(source => source.Text("pods", "metric", "name")).OfType<string>().Single();

        Assert.Contains($"| `{metric}` | gauge |", File.ReadAllText(Path.Combine(DeployFiles.Folder, "..", "docs", "metrics.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_kustomization_has_every_file_that_is_applied_again_and_again_and_every_image_and_no_secret()
    {
        var kustomization = files.Documents("kubernetes/kustomization.yaml").Single();
        string[] present = [.. Directory.EnumerateFiles(Path.Combine(DeployFiles.Folder, "kubernetes"), "*.yaml").Select(path => Path.GetFileName(path)).Where(name => name is not ("kustomization.yaml" or "secret.example.yaml" or "schema-job.yaml")).Order(StringComparer.Ordinal)];

        Assert.Equal(present, kustomization.Items("resources").Select(resource => resource.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(
            files.OfKind("Deployment").Select(deployment => Container(deployment.Text("metadata", "name")!).Text("image")).Order(StringComparer.Ordinal),
            kustomization.Items("images").Select(image => image.Text("name")).Order(StringComparer.Ordinal));
        Assert.All(files.OfKind("Secret").SelectMany(secret => secret.At("stringData")!.AsObject()), pair => Assert.True(
            pair.Key.EndsWith("__Name", StringComparison.Ordinal) || pair.Value!.ToString() is "…" || pair.Value!.ToString().Contains("Password=…", StringComparison.Ordinal), pair.Key));
        Assert.All(files.Manifests.Where(manifest => manifest.Text("kind") != "Namespace"), manifest => Assert.Equal("collab", manifest.Text("metadata", "namespace")));
    }

    private TimeSpan Configured(string setting) => TimeSpan.Parse(files.Named("ConfigMap", "collab").Text("data", $"Collab__Delivery__{setting}")!, CultureInfo.InvariantCulture);

    private JsonNode Pod(string name) => files.Named("Deployment", name).At("spec", "template", "spec")!;

    private JsonNode Container(string name) => Pod(name).Items("containers").Single();

    private static int Port(JsonNode container, string name) =>
        (int)container.Items("ports").Single(port => port.Text("name") == name).At("containerPort")!;

    private static TimeSpan Seconds(JsonNode number) => TimeSpan.FromSeconds((int)number);

    private static List<string> Labels(JsonNode? labels) => [.. labels!.AsObject().Select(label => $"{label.Key}={label.Value}").Order(StringComparer.Ordinal)];
}
