using System.Text.Json;
using Collab.Stress;
using Collab.Tests.EndToEnd;

namespace Collab.Tests.Stress;

/// <summary>The load tool against a real server.</summary>
public sealed class StressTests(CollaborationTests.Server server) : IClassFixture<CollaborationTests.Server>
{
    [Theory]
    [InlineData("typing")]
    [InlineData("conflict-heavy")]
    public async Task A_run_edits_and_finds_everything_that_was_acknowledged(string scenario)
    {
        await using var stress = StressProcess.Start(server.Url, scenario, "--duration", "3s", "--linger", "0s", "--seed", "7");
        int code = await stress.WhenEndedAsync();

        Assert.True(code == 0, $"It ended with {code}:\n{stress.Output}");
        Assert.Contains("seed 7", stress.Output, StringComparison.Ordinal);
        Assert.Contains("errors      none", stress.Output, StringComparison.Ordinal);
        Assert.EndsWith("0 doubled: whole", stress.Output.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_is_interrupted_checks_and_reports_and_its_metrics_show_both()
    {
        await using var stress = StressProcess.Start(server.Url, "--duration", "1h", "--linger", "1h", "--documents", "1", "--clients", "2");
        await Eventually.IsTrue(async () => await MetricAsync(stress, "collab_stress_operations_total{scenario=\"typing\",status=\"acknowledged\"}") > 0, "it edits");
        int code = await stress.TerminateAsync();

        Assert.True(code == 0, $"It ended with {code}:\n{stress.Output}");
        Assert.EndsWith("0 doubled: whole", stress.Output.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_interruption_ends_it_at_once()
    {
        await using var stress = StressProcess.Start(server.Url, "typing", "--duration", "1h", "--linger", "1h", "--documents", "1", "--clients", "1");
        int code;
        await Eventually.IsTrue(async () => await MetricAsync(stress, "collab_stress_operations_total{scenario=\"typing\",status=\"acknowledged\"}") > 0, "it edits");
        // What is on its way has no answer, and the check would wait for it.
        await server.Process.Process.FreezeAsync();
        try
        {
            await stress.AskToEndAsync();
            await Eventually.IsTrue(() => stress.Output.Contains("once more ends it at once", StringComparison.Ordinal), "it says what the first has done");
            Assert.True(stress.IsRunning);
            await stress.AskToEndAsync();
            code = await stress.WhenEndedAsync();
        }
        finally
        {
            await server.Process.Process.ThawAsync();
        }

        Assert.True(code == 2, $"It ended with {code}:\n{stress.Output}");
        Assert.Contains("ended at once", stress.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_result_stays_on_the_metrics_page_for_the_last_scrape()
    {
        await using var stress = StressProcess.Start(server.Url, "--duration", "1s", "--linger", "1h", "--documents", "1", "--clients", "2");
        await Eventually.IsTrue(async () => await MetricAsync(stress, "collab_stress_data_integrity_ratio{scenario=\"typing\"}") == 1, "the integrity is shown");

        Assert.Equal(1, await MetricAsync(stress, "collab_stress_success{scenario=\"typing\"}"));
        // A timer may be some milliseconds early.
        Assert.InRange(await MetricAsync(stress, "collab_stress_duration_seconds{scenario=\"typing\"}"), 0.9, 60);
        Assert.Equal(0, await stress.TerminateAsync());
    }

    [Theory]
    [InlineData("--rps 0", "--rps is 0; it is over 0 and up to 1000000 operations per second.")]
    [InlineData("--clients 20001", "--clients is 20001; it is 1–20000.")]
    [InlineData("--duration soon", "'soon' is no duration from 1s to a day: 200ms, 30s, 5m, 1h or hh:mm:ss.")]
    [InlineData("--duration 0.5s", "'0.5s' is no duration from 1s to a day: 200ms, 30s, 5m, 1h or hh:mm:ss.")]
    [InlineData("nonsense", "There is no scenario 'nonsense'; there are basic, ")]
    [InlineData("typing --clients 5 --documents 2 --clients-per-document 3", "--clients is 5, but --documents × --clients-per-document is 6; leave one of the three out.")]
    [InlineData("typing --clients 1 --documents 2", "--documents is 2, but --clients 1: a document without a client is not edited.")]
    [InlineData("typing --rps 5 --think-time 1s", "--rps and --think-time both say how often; give one of them.")]
    public async Task An_argument_out_of_range_is_told_with_its_range(string arguments, string told)
    {
        await using var stress = StressProcess.Start(server.Url, arguments.Split(' '));
        Assert.Equal(2, await stress.WhenEndedAsync());
        Assert.Contains(told, stress.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_report_is_written_as_JSON_where_it_is_asked_for()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("collab-stress-").FullName, "report.json");
        await using var stress = StressProcess.Start(server.Url, "typing", "-d", "1s", "--linger", "0s", "-c", "2", "--documents", "1", "--seed", "7", "--json", file);
        int code = await stress.WhenEndedAsync();

        Assert.True(code == 0, $"It ended with {code}:\n{stress.Output}");
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        var root = report.RootElement;
        Assert.Equal("collab-stress/1", root.GetProperty("format").GetString());
        Assert.Equal("whole", root.GetProperty("outcome").GetString());
        Assert.Equal(7, root.GetProperty("seed").GetInt32());
        Assert.Equal(1, root.GetProperty("integrity").GetProperty("ratio").GetDouble());
        Assert.Equal(root.GetProperty("totals").GetProperty("succeeded").GetInt64(), root.GetProperty("latency").GetProperty("count").GetInt64());
        Assert.Equal(root.GetProperty("latency").GetProperty("count").GetInt64(), root.GetProperty("latency").GetProperty("buckets").EnumerateArray().Sum(bucket => bucket.GetProperty("count").GetInt64()));
        Assert.True(root.GetProperty("latency").GetProperty("p99_9").GetDouble() > 0);
        // The last step of a run may be too short to count.
        Assert.InRange(root.GetProperty("timeline").EnumerateArray().Sum(moment => moment.GetProperty("succeeded").GetInt64()), 1, root.GetProperty("totals").GetProperty("succeeded").GetInt64());
        Assert.True(root.GetProperty("server").GetProperty("memory_peak_bytes").GetInt64() > 0);
        Assert.True(root.GetProperty("tool").GetProperty("cpu_seconds").GetDouble() > 0);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Theory]
    [InlineData("--json")]
    [InlineData("--html")]
    public async Task A_report_that_can_not_be_written_is_told_before_the_run(string option)
    {
        await using var stress = StressProcess.Start(server.Url, "typing", "-d", "1h", option, "/nowhere/report");
        Assert.Equal(2, await stress.WhenEndedAsync());
        Assert.Contains("/nowhere/report", stress.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_of_before_stays_when_there_is_no_new_one()
    {
        string before = Path.GetTempFileName(), none = Path.Combine(Path.GetTempPath(), $"collab-{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(before, "{}");
        foreach (string file in (string[])[before, none])
        {
            await using var stress = StressProcess.Start(new Uri($"http://127.0.0.1:{OwnPort.Take()}"), "typing", "-d", "1s", "--json", file);
            Assert.Equal(2, await stress.WhenEndedAsync());
        }

        Assert.Equal("{}", await File.ReadAllTextAsync(before));
        Assert.False(File.Exists(none));
        File.Delete(before);
    }

    [Fact]
    public async Task A_server_that_is_not_there_ends_the_run_before_it_begins()
    {
        await using var stress = StressProcess.Start(new Uri($"http://127.0.0.1:{OwnPort.Take()}"), "--duration", "1s");
        Assert.Equal(2, await stress.WhenEndedAsync());
        Assert.Contains("Connection refused", stress.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("30s", 30)]
    [InlineData("1.5m", 90)]
    [InlineData("1h", 3600)]
    [InlineData("00:01:30", 90)]
    [InlineData("200ms", 0.2)]
    [InlineData("0", 0)]
    public void Durations_are_read_as_people_write_them(string text, double seconds)
    {
        Assert.True(Duration.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromSeconds(seconds), duration);
    }

    // 0 while it does not listen yet.
    private static async Task<double> MetricAsync(StressProcess stress, string series)
    {
        Assert.True(stress.IsRunning, $"It ended by itself:\n{stress.Output}");
        try
        {
            return (await Scrape.OfAsync(stress.Metrics))[series];
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }
}
