using System.Globalization;
using System.Text.RegularExpressions;
using Collab.Tests.Deploy;

namespace Collab.Tests.Monitoring;

/// <summary>What <c>deploy/prometheus</c> ships, for a test: the configuration for local processes with its rules, and targets of the test's own.</summary>
/// <remarks>
/// A test can't wait for hours. <see cref="Quicken"/> divides every duration of a configuration or of rules by a number and changes nothing else: ranges, <c>offset</c>s, <c>for</c>,
/// <c>keep_firing_for</c>, intervals. So "5 % for five minutes" is asked of ten seconds, by the same expression.
/// </remarks>
internal static partial class ShippedMonitoring
{
    public static string Folder { get; } = Path.Combine(DeployFiles.Folder, "prometheus");

    public static IEnumerable<string> RuleFiles => Directory.EnumerateFiles(Path.Combine(Folder, "rules"), "*.yaml").Order(StringComparer.Ordinal);

    /// <summary>Starts a real Prometheus with them.</summary>
    /// <param name="quickening">What durations of the rules are divided by; 1 leaves them.</param>
    /// <param name="interval">Between two scrapes of a target, and two evaluations.</param>
    /// <param name="targets">Jobs and where their targets answer: <c>("collab-web", server.Url)</c>.</param>
    public static Task<PrometheusServer> StartAsync(int quickening, TimeSpan interval, params (string Job, Uri Url)[] targets) =>
        PrometheusServer.StartAsync(Configuration(interval), [.. Rules(quickening), .. targets.GroupBy(target => target.Job, (job, of) => Targets(job, [.. of.Select(target => target.Url)]))]);

    /// <summary>The text of <c>prometheus.local.yaml</c> with other intervals.</summary>
    public static string Configuration(TimeSpan interval)
    {
        string text = File.ReadAllText(Path.Combine(Folder, "prometheus.local.yaml"));
        string milliseconds = $"{(long)interval.TotalMilliseconds}ms";
        // As long for an answer as between two questions, the longest that Prometheus takes.
        return Interval().Replace(text, match => $"{match.Groups[1].Value}: {milliseconds}");
    }

    /// <summary>The files of rules, quickened.</summary>
    public static IEnumerable<(string Path, string Text)> Rules(int quickening) => RuleFiles.Select(file => ($"rules/{Path.GetFileName(file)}", Quicken(File.ReadAllText(file), quickening)));

    /// <summary>A file of targets, as <c>targets/</c> has them.</summary>
    public static (string Path, string Text) Targets(string job, params Uri[] urls) => ($"targets/{job}.yaml", $"- targets: [{string.Join(", ", urls.Select(url => $"\"{url.Authority}\""))}]\n");

    /// <summary>Divides every duration by <paramref name="by"/>.</summary>
    public static string Quicken(string rules, int by) => by == 1 ? rules : Duration().Replace(rules, match =>
        FormattableString.Invariant($"{match.Groups[1].Value}{Math.Max(1, Seconds(match.Groups[2].Value, match.Groups[3].Value) * 1000 / by)}ms"));

    private static long Seconds(string number, string unit) =>
        long.Parse(number, CultureInfo.InvariantCulture) * (unit switch { "s" => 1, "m" => 60, "h" => 3600, _ => 86_400 });

    [GeneratedRegex(@"\b(scrape_interval|scrape_timeout|evaluation_interval): \w+")]
    private static partial Regex Interval();

    // [5m], offset 1h, for: 5m, interval: 1m, keep_firing_for: 5m.
    [GeneratedRegex(@"(\[|offset |\bfor: |\binterval: |\bkeep_firing_for: )(\d+)([smhd])\b")]
    private static partial Regex Duration();
}
