using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Collab.Tests.Web;

/// <summary>Calls of grains that get lost on the way, as the runtime reports it: what is repeated, what opens the breaker, what callers are told.</summary>
public sealed class ClusterCallTests : IAsyncLifetime
{
    private readonly Trouble _trouble = new();
    private readonly WebHost _host;

    public ClusterCallTests() => _host = new WebHost(
        new Dictionary<string, string?> { ["Collab:Resilience:cluster-call:BreakDuration"] = "00:00:01", ["Collab:Resilience:cluster-call:RetryDelay"] = "00:00:00.001" },
        services => services.AddSingleton<IIncomingGrainCallFilter>(_trouble));

    public Task InitializeAsync() => _host.StartAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_call_that_got_lost_is_repeated_where_twice_has_the_effect_of_once()
    {
        string document = await _host.CreateAsync();
        _trouble.Lose("ReadOperations", 1);
        Assert.Equal(0, (await _host.GetAsync($"/api/documents/{document}/operations")).GetProperty("head").GetInt64());
        Assert.Equal(2, _trouble.Calls("ReadOperations"));

        _trouble.Lose("Offer", 1);
        await using var ann = await _host.ConnectAsync();
        await ann.JoinAsync(document);
        // A keystroke's own client repeats it.
        await ann.SubmitAsync(document, 1, 0, "a");
        Assert.Equal("retry", (await ann.NextAsync("refused")).GetProperty("action").GetString());
        Assert.Equal(1, _trouble.Calls("Offer"));
        await ann.SubmitAsync(document, 1, 0, "a");
        await ann.OperationsAsync(0, 1);
        Assert.Equal("a", await _host.TextAsync(document));

        _trouble.Lose("Create", 1);
        using var answer = await _host.Http.PostAsJsonAsync("/api/documents", new { id = "once", kind = "text" });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        Assert.Equal(2, _trouble.Calls("Create"));
    }

    [Fact]
    public async Task A_cluster_that_is_away_is_left_alone_says_when_to_come_back_and_is_found_again()
    {
        string document = await _host.CreateAsync();
        await using var ann = await _host.ConnectAsync();
        await ann.JoinAsync(document);
        _trouble.Lose("Describe", int.MaxValue);
        JsonElement problem = default;
        await Eventually.IsTrue(
            async () => (problem = await ProblemAsync(document)).GetProperty("detail").GetString()!.Contains("nothing was done", StringComparison.Ordinal), "the breaker is open");
        Assert.Equal(("storage_unavailable", "retry"), (problem.GetProperty("reason").GetString(), problem.GetProperty("action").GetString()));
        Assert.InRange(problem.GetProperty("retryAfter").GetInt64(), 100, 1500);

        // One breaker for all calls of this host: a client is told at once, too.
        await ann.SubmitAsync(document, 1, 0, "a");
        var refused = await ann.NextAsync("refused");
        Assert.Equal("storage_unavailable", refused.GetProperty("reason").GetString());
        Assert.InRange(refused.GetProperty("retryAfter").GetInt64(), 100, 1500);

        _trouble.Lose("Describe", 0);
        await Eventually.IsTrue(async () => (await _host.Http.GetAsync($"/api/documents/{document}")).IsSuccessStatusCode, "the cluster is called again");
        await ann.SubmitAsync(document, 1, 0, "a");
        await ann.OperationsAsync(0, 1);
    }

    [Fact]
    public async Task One_sick_document_does_not_keep_people_from_the_others()
    {
        string sick = await _host.CreateAsync();
        string sound = await _host.CreateAsync();
        (_trouble.Sick, _trouble.Failure) = (sick, () => new TimeoutException("The test lets it hang."));
        for (int i = 0; i < 60; i++)
        {
            Assert.Equal("timeout", (await ProblemAsync(sick)).GetProperty("reason").GetString());
            // Each failing call is made twice.
            for (int j = 0; j < 3; j++)
                Assert.Equal(0, (await _host.GetAsync($"/api/documents/{sound}/content")).GetProperty("revision").GetInt64());
        }
    }

    [Fact]
    public async Task What_a_grain_throws_by_itself_is_no_trouble_of_the_cluster()
    {
        string sick = await _host.CreateAsync();
        (_trouble.Sick, _trouble.Failure) = (sick, () => new InvalidOperationException("A bug."));
        for (int i = 0; i < 60; i++)
            Assert.Equal("The document's authority could not answer; the outcome is unknown.", (await ProblemAsync(sick)).GetProperty("detail").GetString());
        Assert.Equal(60, _trouble.Calls("Describe"));
    }

    private async Task<JsonElement> ProblemAsync(string document)
    {
        using var answer = await _host.Http.GetAsync($"/api/documents/{document}");
        Assert.False(answer.IsSuccessStatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>Stands before the grains, in place of a network that fails.</summary>
    private sealed class Trouble : IIncomingGrainCallFilter
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<string, int> _calls = [];
        private string _method = "";
        private int _losses;

        /// <summary>The document whose calls all fail.</summary>
        public string? Sick { get; set; }

        public Func<Exception> Failure { get; set; } = () => new SiloUnavailableException("The test has no silo.");

        public void Lose(string method, int times)
        {
            lock (_gate)
                (_method, _losses) = (method, times);
        }

        public int Calls(string method)
        {
            lock (_gate)
                return _calls.GetValueOrDefault(method);
        }

        public Task Invoke(IIncomingGrainCallContext context)
        {
            lock (_gate)
            {
                string method = context.InterfaceMethod.Name;
                _calls[method] = _calls.GetValueOrDefault(method) + 1;
                bool isSick = Sick is not null && context.TargetId.Key.ToString() == Sick && method == "Describe";
                if (isSick || (method == _method && _losses-- > 0))
                    throw Failure();
            }

            return context.Invoke();
        }
    }
}
