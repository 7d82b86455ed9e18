namespace Collab.Tests.Deploy;

/// <summary>Kubernetes' API, the Prometheus operator's, the Compose Specification, Docker's grammar and Grafana's types accept what is in <c>deploy/</c>, and would say so if not.</summary>
[Collection(DeployFiles.Collection)]
public sealed class SchemaTests(DeployFiles files)
{
    [Fact]
    public void Every_file_is_what_its_schema_allows() => Assert.Empty(files.Problems);

    [Theory]
    [InlineData("kubernetes/silo.yaml", "terminationGracePeriodSeconds", "terminationGracePeriodSecs", "terminationGracePeriodSecs")]
    [InlineData("kubernetes/silo.yaml", "failureThreshold: 90", "failureThreshold: many", "failureThreshold")]
    [InlineData("kubernetes/network-policies.yaml", "policyTypes: [Ingress, Egress]", "policyTypes: [Ingres]", "policyTypes")]
    [InlineData("kubernetes/service-monitor.yaml", "interval: 15s", "interval: 15seconds", "interval")]
    [InlineData("kubernetes/autoscaling.yaml", "apiVersion: autoscaling/v2", "apiVersion: autoscaling/v2beta9", "autoscaling/v2beta9")]
    [InlineData("compose.yaml", "stop_grace_period", "stop_grace", "stop_grace")]
    [InlineData("grafana/dashboards/overview.json", "\"lineInterpolation\": \"linear\"", "\"lineInterpolation\": \"straight\"", "straight")]
    [InlineData("grafana/dashboards/load-test.json", "\"legendFormat\"", "\"legend\"", "legend")]
    [InlineData("Dockerfile", "USER 1654", "USR 1654", "USR")]
    public async Task A_mistake_in_a_file_is_noticed(string file, string sound, string mistaken, string named)
    {
        var copy = Directory.CreateTempSubdirectory("collab-deploy-");
        try
        {
            foreach (string path in Directory.EnumerateFiles(DeployFiles.Folder, "*", SearchOption.AllDirectories))
            {
                string relative = Path.GetRelativePath(DeployFiles.Folder, path);
                if (relative.StartsWith("checks", StringComparison.Ordinal))
                    continue;
                string target = Path.Combine(copy.FullName, relative);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                string text = await File.ReadAllTextAsync(path);
                Assert.True(relative != file || text.Contains(sound, StringComparison.Ordinal));
                await File.WriteAllTextAsync(target, relative == file ? text.Replace(sound, mistaken, StringComparison.Ordinal) : text);
            }

            var seen = await DeployFiles.CheckAsync(copy.FullName);
            Assert.Contains(seen["problems"]!.AsArray(), problem => problem!.ToString().StartsWith(file, StringComparison.Ordinal) && problem.ToString().Contains(named, StringComparison.Ordinal));
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }
}
