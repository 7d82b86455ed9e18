using System.Text.Json.Nodes;
using Collab.Tests.Deploy;

namespace Collab.Tests.Monitoring;

/// <summary>
/// <c>prometheus.kubernetes.yaml</c> in a real Prometheus: Debian's can't ask Kubernetes, so targets with the labels that discovery gives to the pods of the manifests are written into it; what is kept of them
/// and by which labels is then Prometheus' own work.
/// </summary>
[Collection(DeployFiles.Collection)]
public sealed class KubernetesDiscoveryTests(DeployFiles files)
{
    [Fact]
    public async Task Each_pod_is_scraped_once_at_its_operators_port_and_known_by_its_name_service_and_namespace()
    {
        var configuration = files.Documents("prometheus/prometheus.kubernetes.yaml").Single().DeepClone().AsObject();
        foreach (var scrape in configuration["scrape_configs"]!.AsArray())
        {
            if (scrape!.AsObject().Remove("kubernetes_sd_configs"))
                scrape["static_configs"] = Discovered();
        }

        configuration.Remove("alerting");
        await using var prometheus = await PrometheusServer.StartAsync(configuration.ToJsonString(), [.. ShippedMonitoring.Rules(1)]);

        List<PrometheusTarget> targets = [];
        await Eventually.IsTrue(
            async () => (targets = [.. (await prometheus.TargetsAsync()).Where(target => target.Job.StartsWith("collab-", StringComparison.Ordinal)).OrderBy(target => target.Job, StringComparer.Ordinal)]).Count >= 2,
            "Prometheus knows of a silo and a web host");
        Assert.Equal(["collab-silo", "collab-web"], targets.Select(target => target.Job));
        foreach (var (target, service, address) in targets.Zip(["silo", "web"], ["10.0.0.1:9464", "10.0.0.2:9464"]))
        {
            Assert.Equal($"http://{address}/metrics", target.ScrapeUrl);
            Assert.Equal((service, $"collab-{service}-abc", "collab"), (target.Labels["service"], target.Labels["instance"], target.Labels["namespace"]));
        }
    }

    [Fact]
    public void The_operator_gives_the_same_label() => Assert.Contains(
        files.Named("ServiceMonitor", "collab").Items("spec", "endpoints").Single().Items("relabelings"),
        relabeling => relabeling.Text("targetLabel") == "service" && relabeling.Items("sourceLabels").Single().ToString() == "__meta_kubernetes_service_label_app_kubernetes_io_component");

    // What discovery by role pod says: one target for each port of each container, with all of the pod's labels. A pod that has ended is still told.
    private JsonArray Discovered()
    {
        var all = new JsonArray();
        foreach (var (name, address) in new[] { ("collab-silo", "10.0.0.1"), ("collab-web", "10.0.0.2") })
        {
            var pod = files.Named("Deployment", name).At("spec", "template");
            foreach (string phase in new[] { "Running", "Succeeded" })
            {
                foreach (var port in pod.At("spec").Items("containers").SelectMany(container => container.Items("ports")))
                {
                    all.Add(new JsonObject
                    {
                        ["targets"] = new JsonArray($"{address}:{port.Text("containerPort")}"),
                        ["labels"] = new JsonObject
                        {
                            ["__meta_kubernetes_namespace"] = "collab",
                            ["__meta_kubernetes_pod_name"] = $"{name}-abc",
                            ["__meta_kubernetes_pod_phase"] = phase,
                            ["__meta_kubernetes_pod_container_port_name"] = port.Text("name"),
                            ["__meta_kubernetes_pod_label_app_kubernetes_io_name"] = pod.Text("metadata", "labels", "app.kubernetes.io/name"),
                            ["__meta_kubernetes_pod_label_app_kubernetes_io_component"] = pod.Text("metadata", "labels", "app.kubernetes.io/component"),
                        },
                    });
                }
            }
        }

        return all;
    }
}
