using System.Net;
using System.Text.Json;
using Collab.Tests.EndToEnd;

namespace Collab.Tests.Monitoring;

/// <summary>A real Prometheus in a folder of its own, on a free port of the loopback interface, with its data. It dies with this process, however that happens.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);

    // Between two questions while something is waited for: a machine that has much to do shall not have this to do as well.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly HostProcess _process = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };

    private PrometheusServer()
    {
    }

    public Uri Url { get; private set; } = null!;

    /// <summary>Its configuration (<c>prometheus.yaml</c>), the files beside that, and its data. Goes when it is disposed.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("collab-prometheus-").FullName;

    /// <summary>What it has written so far.</summary>
    public string Log => _process.Log;

    /// <summary>Starts it and waits until it answers. Nothing need have been scraped then.</summary>
    /// <param name="configuration">The text of its configuration. Paths in it are relative to <see cref="Folder"/>.</param>
    /// <param name="files">Files that lie beside the configuration: <c>("rules/slo.yaml", text)</c>.</param>
    public static async Task<PrometheusServer> StartAsync(string configuration, params (string Path, string Text)[] files)
    {
        var server = new PrometheusServer();
        try
        {
            server.Write("prometheus.yaml", configuration);
            foreach (var (path, text) in files)
                server.Write(path, text);
            await server.StartOnFreePortAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes a file into <see cref="Folder"/>: targets of <c>file_sd_configs</c> are taken at once, anything else at <see cref="ReloadAsync"/>.</summary>
    public void Write(string path, string text)
    {
        string file = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        // Moved into its place as a whole: it is read the moment that it changes.
        File.WriteAllText(file + ".new", text);
        File.Move(file + ".new", file, overwrite: true);
    }

    /// <summary>Takes its configuration and rules again.</summary>
    /// <exception cref="InvalidOperationException">There is a mistake in them; it goes on with those it had.</exception>
    public async Task ReloadAsync()
    {
        using var answer = await _http.PostAsync(new Uri(Url, "-/reload"), null);
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"Prometheus did not take its configuration: {await answer.Content.ReadAsStringAsync()}");
    }

    /// <summary>What an expression is now: a vector's series, or one without labels for a scalar.</summary>
    /// <exception cref="InvalidOperationException">Prometheus refuses the expression; the message says why.</exception>
    public async Task<IReadOnlyList<PrometheusSample>> QueryAsync(string expression)
    {
        var data = await GetAsync($"api/v1/query?query={Uri.EscapeDataString(expression)}");
        var result = data.GetProperty("result");
        if (data.GetProperty("resultType").GetString() == "scalar")
            return [new PrometheusSample(new Dictionary<string, string>(), PrometheusJson.Number(result[1].GetString()!))];
        return [.. result.EnumerateArray().Select(series => PrometheusSample.Of(series.GetProperty("metric"), series.GetProperty("value")[1].GetString()!))];
    }

    /// <summary>The values of a range query, series by series, without their times.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<double>>> QueryRangeAsync(string expression, DateTimeOffset from, DateTimeOffset to, TimeSpan step)
    {
        var data = await GetAsync(FormattableString.Invariant(
            $"api/v1/query_range?query={Uri.EscapeDataString(expression)}&start={from.ToUnixTimeMilliseconds() / 1000.0}&end={to.ToUnixTimeMilliseconds() / 1000.0}&step={step.TotalSeconds}"));
        return [.. data.GetProperty("result").EnumerateArray().Select(series =>
            (IReadOnlyList<double>)[.. series.GetProperty("values").EnumerateArray().Select(pair => PrometheusJson.Number(pair[1].GetString()!))])];
    }

    public async Task<IReadOnlyList<PrometheusTarget>> TargetsAsync() =>
    [
        .. (await GetAsync("api/v1/targets?state=active")).GetProperty("activeTargets").EnumerateArray().Select(target => new PrometheusTarget(
            target.GetProperty("labels").GetProperty("job").GetString()!,
            target.GetProperty("scrapeUrl").GetString()!,
            target.GetProperty("health").GetString()!,
            target.GetProperty("lastError").GetString()!,
            PrometheusJson.Strings(target.GetProperty("labels")))),
    ];

    public async Task<IReadOnlyList<PrometheusRule>> RulesAsync() =>
    [
        .. (await GetAsync("api/v1/rules")).GetProperty("groups").EnumerateArray().SelectMany(group => group.GetProperty("rules").EnumerateArray().Select(rule => new PrometheusRule(
            group.GetProperty("name").GetString()!,
            rule.GetProperty("name").GetString()!,
            rule.GetProperty("type").GetString()!,
            rule.GetProperty("query").GetString()!,
            rule.GetProperty("health").GetString()!,
            PrometheusJson.Text(rule, "lastError"),
            PrometheusJson.Text(rule, "state")))),
    ];

    public async Task<IReadOnlyList<PrometheusAlert>> AlertsAsync() =>
    [
        .. (await GetAsync("api/v1/alerts")).GetProperty("alerts").EnumerateArray().Select(alert => new PrometheusAlert(
            alert.GetProperty("labels").GetProperty("alertname").GetString()!,
            alert.GetProperty("state").GetString()!,
            PrometheusJson.Number(alert.GetProperty("value").GetString()!),
            PrometheusJson.Strings(alert.GetProperty("labels")),
            PrometheusJson.Strings(alert.GetProperty("annotations")))),
    ];

    /// <summary>Waits until an expression has an answer that is as wanted; returns that.</summary>
    /// <param name="isWanted">Null: until it has any.</param>
    public async Task<IReadOnlyList<PrometheusSample>> WhenAsync(string expression, Func<IReadOnlyList<PrometheusSample>, bool>? isWanted = null)
    {
        IReadOnlyList<PrometheusSample> seen = [];
        await Eventually.IsTrue(
            async () =>
            {
                seen = await QueryAsync(expression);
                return (isWanted ?? (samples => samples.Count > 0))(seen) || await PausedAsync();
            },
            $"Prometheus has the wanted answer to {expression}");
        return seen;
    }

    /// <summary>Waits until every target that it knows, and at least one, was scraped without an error.</summary>
    public Task WhenScrapedAsync() => Eventually.IsTrue(
        async () => await TargetsAsync() is { Count: > 0 } targets && targets.All(target => target.Health == "up") || await PausedAsync(), "every target was scraped");

    /// <summary>Waits until an alert fires; returns all that fire under that name.</summary>
    public async Task<IReadOnlyList<PrometheusAlert>> WhenFiringAsync(string alert)
    {
        IReadOnlyList<PrometheusAlert> firing = [];
        await Eventually.IsTrue(
            async () => (firing = [.. (await AlertsAsync()).Where(seen => seen.Name == alert && seen.State == "firing")]).Count > 0 || await PausedAsync(), $"{alert} fires");
        return firing;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _http.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static async Task<bool> PausedAsync()
    {
        await Task.Delay(Pause);
        return false;
    }

    /// <summary>Between finding a free port and taking it, another process may have been quicker.</summary>
    private async Task StartOnFreePortAsync()
    {
        for (int attempt = 1; ; attempt++)
        {
            Url = new Uri($"http://127.0.0.1:{OwnPort.Take()}/");
            _process.Launch(
                [
                    MonitoringPrograms.Prometheus,
                    $"--config.file={Path.Combine(Folder, "prometheus.yaml")}", $"--storage.tsdb.path={Path.Combine(Folder, "data")}", $"--web.listen-address={Url.Authority}",
                    "--web.enable-lifecycle", "--log.level=warn",
                ],
                new Dictionary<string, string> { ["GOMAXPROCS"] = "1" });
            if (await IsReadyAsync())
                return;
            if (attempt == 5 || !_process.LogOfThisLife.Contains("address already in use", StringComparison.Ordinal))
                throw new InvalidOperationException($"Prometheus did not start. It wrote:\n{_process.LogOfThisLife}");
            await _process.KillAsync();
        }
    }

    private async Task<bool> IsReadyAsync()
    {
        var deadline = DateTime.UtcNow + StartLimit;
        while (_process.IsRunning && DateTime.UtcNow < deadline)
        {
            try
            {
                using var answer = await _http.GetAsync(new Uri(Url, "-/ready"));
                // Somebody else's Prometheus on that port would answer, too, while this one ends.
                if (answer.StatusCode == HttpStatusCode.OK && _process.IsRunning)
                    return true;
            }
            catch (HttpRequestException)
            {
                // Not yet.
            }

            await Task.Delay(Pause);
        }

        return false;
    }

    private async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await _http.GetAsync(new Uri(Url, path));
        string text = await answer.Content.ReadAsStringAsync();
        using var document = JsonDocument.Parse(text);
        return answer.IsSuccessStatusCode ? document.RootElement.GetProperty("data").Clone() : throw new InvalidOperationException($"Prometheus answered {(int)answer.StatusCode}: {text}");
    }
}
