using System.Text.Json;
using Collab.Stress.Scenarios;
using Collab.Tests.EndToEnd;
using Collab.Tests.Stress.Traces;
using Collab.Tests.Web.Security;

namespace Collab.Tests.Stress;

/// <summary>Every scenario there is, in short, by the real tool against a real server that knows a back end's key.</summary>
public sealed class ScenarioTests(ScenarioTests.Target target) : IClassFixture<ScenarioTests.Target>
{
    public static TheoryData<string> Names => [.. ScenarioCatalogue.All.Select(scenario => scenario.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task In_short_it_ends_well_and_everything_is_there(string name)
    {
        string file = Path.Combine(target.Folder, $"{name}.json");
        using var trace = new SampleTrace(SampleTrace.OfTwo);
        string[] clients = ScenarioCatalogue.Find(name).TakesClients ? ["-c", "4"] : [];
        await using var stress = StressProcess.Start(target.Url, [name, "-d", "2s", .. clients, "--linger", "0s", "--seed", "7", "--json", file, .. Needs(name, trace)]);
        int code = await stress.WhenEndedAsync();

        Assert.True(code == 0, $"It ended with {code}:\n{stress.Output}");
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        var root = report.RootElement;
        Assert.Equal(name, root.GetProperty("scenario").GetString());
        Assert.True(root.GetProperty("totals").GetProperty("succeeded").GetInt64() > 0, stress.Output);
        bool hasDocuments = root.GetProperty("plan").GetProperty("documents").GetInt32() > 0;
        Assert.Equal(hasDocuments, root.GetProperty("integrity").ValueKind == JsonValueKind.Object);
        if (hasDocuments)
            Assert.Equal(1, root.GetProperty("integrity").GetProperty("ratio").GetDouble());
    }

    [Fact]
    public async Task More_than_the_API_takes_is_refused_as_it_says_and_that_is_no_error()
    {
        string file = Path.Combine(target.Folder, "refused.json");
        await using var stress = StressProcess.Start(target.Url, "ratelimit", "-d", "3s", "-c", "8", "--rps", "2000", "--linger", "0s", "--json", file, "--timeout", "1m");
        int code = await stress.WhenEndedAsync();

        Assert.True(code == 0, $"It ended with {code}:\n{stress.Output}");
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        Assert.True(report.RootElement.GetProperty("statuses").GetProperty("429").GetInt64() > 0, stress.Output);
        Assert.Equal("{}", report.RootElement.GetProperty("errors").GetRawText());
    }

    [Fact]
    public async Task All_of_them_are_run_one_after_the_other_and_reported_together()
    {
        await using var stress = StressProcess.Start(target.Url, "all", "-d", "1s", "-c", "2", "--pause", "0", "--linger", "0s", "--json", Path.Combine(target.Folder, "all.json"));
        // The first two are enough, and the rest is left out.
        await Eventually.IsTrue(() => stress.Output.Contains("\nmedium: ", StringComparison.Ordinal), "the second has begun");
        int code = await stress.TerminateAsync();

        Assert.True(code == 0, $"It ended with {code}:\n{stress.Output}");
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(target.Folder, "all.json")));
        Assert.Equal("all", report.RootElement.GetProperty("scenario").GetString());
        var runs = report.RootElement.GetProperty("scenarios").EnumerateArray().ToList();
        Assert.Equal("basic", runs[0].GetProperty("scenario").GetString());
        Assert.Equal("whole", runs[0].GetProperty("outcome").GetString());
        Assert.InRange(runs.Count, 1, 2);
        Assert.Contains("per second", stress.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_only_a_back_end_may_ask_needs_its_key()
    {
        await using var stress = StressProcess.Start(target.Url, "auth", "-d", "1s");
        Assert.Equal(2, await stress.WhenEndedAsync());
        Assert.Contains("auth asks what only a back end may: it needs --api-key", stress.Output, StringComparison.Ordinal);
    }

    // What a scenario can't do without, or is about.
    private static string[] Needs(string name, SampleTrace trace) => name switch
    {
        "auth" => ["--api-key", Target.ApiKey],
        "ratelimit" => ["--rps", "200"],
        "websocket" => ["--think-time", "300ms", "--ramp", "0"],
        "trace" => ["--trace", trace.Path],
        _ => [],
    };

    public sealed class Target : IAsyncLifetime
    {
        private ServerProcess? _server;

        internal static string ApiKey { get; } = Credentials.NewKey();

        public Uri Url => _server!.Url;

        public string Folder { get; } = Directory.CreateTempSubdirectory("collab-stress-").FullName;

        public async Task InitializeAsync() => _server = await ServerProcess.StartAsync("Collab:Access:ApiKeys:0:Name=tests", $"Collab:Access:ApiKeys:0:Hash={Credentials.Hash(ApiKey)}");

        public async Task DisposeAsync()
        {
            await _server!.DisposeAsync();
            Directory.Delete(Folder, recursive: true);
        }
    }
}
