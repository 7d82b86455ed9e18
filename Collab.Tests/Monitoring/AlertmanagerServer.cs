using System.Text.Json;
using Collab.Tests.EndToEnd;

namespace Collab.Tests.Monitoring;

/// <summary>A real Alertmanager with a configuration, on a free port of the loopback interface. It dies with this process, however that happens.</summary>
internal sealed class AlertmanagerServer : IAsyncDisposable
{
    private readonly HostProcess _process = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };
    private readonly string _folder = Directory.CreateTempSubdirectory("collab-alertmanager-").FullName;

    private AlertmanagerServer() => Url = new Uri($"http://127.0.0.1:{OwnPort.Take()}/");

    public Uri Url { get; }

    /// <summary>Starts it with the shipped configuration. Nobody hears of anything: its receivers are places to fill in.</summary>
    public static async Task<AlertmanagerServer> StartAsync()
    {
        var server = new AlertmanagerServer();
        server._process.Launch(
            [
                MonitoringPrograms.Alertmanager, $"--config.file={Path.Combine(ShippedMonitoring.Folder, "alertmanager.yaml")}", $"--storage.path={server._folder}",
                $"--web.listen-address={server.Url.Authority}", "--cluster.listen-address=", "--log.level=error",
            ],
            new Dictionary<string, string> { ["GOMAXPROCS"] = "1" });
        await Eventually.IsTrue(server.IsReadyAsync, $"Alertmanager answers; it wrote: {server._process.Log}");
        return server;
    }

    /// <summary>The alerts that it has, with who hears of them and whether another holds them back: <c>active</c>, <c>suppressed</c>, <c>unprocessed</c>.</summary>
    public async Task<IReadOnlyList<(string Name, string Receiver, string State)>> AlertsAsync()
    {
        using var answer = JsonDocument.Parse(await _http.GetStringAsync(new Uri(Url, "api/v2/alerts")));
        return [.. answer.RootElement.EnumerateArray().Select(alert => (
            alert.GetProperty("labels").GetProperty("alertname").GetString()!,
            alert.GetProperty("receivers")[0].GetProperty("name").GetString()!,
            alert.GetProperty("status").GetProperty("state").GetString()!))];
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(Url, "-/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            await Task.Delay(100);
            return false;
        }
    }
}
