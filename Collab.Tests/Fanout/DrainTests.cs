using System.Net;
using Collab.Tests.Crash;
using Collab.Web.Connections;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Collab.Tests.Fanout;

/// <summary>A web host is taken away while people type on it: they go on at another and notice nothing.</summary>
public sealed class DrainTests(ITestOutputHelper output)
{
    private const int Seed = 20261121;

    [Fact]
    public async Task A_host_that_stops_is_not_ready_first_and_costs_nobody_an_edit()
    {
        await using var hosts = await TwoHosts.StartAsync(
            new Dictionary<string, string?> { ["Collab:Delivery:DrainDelay"] = "00:00:05", ["Collab:Delivery:DrainPeriod"] = "00:00:01" });
        output.WriteLine($"Seed {Seed}.");
        await using var writers = await Writers.JoinAsync(hosts.Balancer.Url, new Random(Seed));
        writers.Start();
        await writers.WhenEachIsAcknowledgedAsync();
        var local = hosts.Second.Services.GetRequiredService<LocalConnections>();
        int served = local.All.Count;

        // The host is told on this thread, which it keeps until it has drained.
        var stopping = Task.Run(hosts.Second.StopAsync);
        await Eventually.IsTrue(async () => !await TwoHosts.IsReadyAsync(hosts.Second) || stopping.IsCompleted, "the host is not ready any more");
        Assert.False(local.IsDraining, "The host said goodbye before the load balancer could know.");
        using (var answer = await hosts.Second.Http.GetAsync("/health/ready"))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Contains("draining", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.OK, (await hosts.Second.Http.GetAsync("/health/live")).StatusCode);

        await stopping;
        writers.Mark();
        await writers.WhenEachIsAcknowledgedAsync();
        await writers.StopAsync();
        await writers.WhenSettledAsync();

        var evidence = await writers.AuditAsync();
        Assert.True(evidence.Count == 0, string.Join('\n', evidence.Take(20)));
        output.WriteLine($"{served} connections moved; {writers.AcknowledgedTotal} operations acknowledged, {writers.ResubmissionsTotal} sent again, refusals: {string.Join(", ", writers.Refusals)}.");
        Assert.True(served > 0);
        // Whoever was there came back once, and nobody else lost anything.
        Assert.All(writers.Typists, typist => Assert.InRange(typist.ConnectionsLost, 0, 1));
        Assert.Equal(2 * served, writers.ConnectionsLost);
        Assert.Empty(writers.Refusals);
    }

    [Fact]
    public async Task A_client_that_ignores_the_goodbye_is_cut_and_its_session_goes_on_elsewhere()
    {
        await using var hosts = await TwoHosts.StartAsync();
        string document = await hosts.First.CreateAsync();
        await using var ann = await hosts.Second.ConnectAsync();
        var joined = await ann.JoinAsync(document);
        await ann.SubmitAsync(document, 1, 0, "a");
        await ann.OperationsAsync(0, 1);

        var stopping = Task.Run(hosts.Second.StopAsync);
        Assert.Equal("server_shutdown", (await ann.NextAsync("closed")).GetProperty("reason").GetString());
        // What crosses the goodbye is not answered; another join is refused in a way that leads elsewhere.
        await ann.SubmitAsync(document, 2, 1, 1, "b");
        await ann.SendAsync("join", new { document, version = 1 });
        var refused = await ann.NextAsync("refused");
        Assert.Equal(("join", "server_shutdown", "retry"), (refused.GetProperty("verb").GetString(), refused.GetProperty("reason").GetString(), refused.GetProperty("action").GetString()));
        await stopping;
        await Eventually.IsTrue(() => ann.IsClosed);

        await using var again = await hosts.First.ConnectAsync();
        var resume = new { session = joined.GetProperty("session").GetString(), token = joined.GetProperty("token").GetString() };
        Assert.Equal(1, (await again.JoinAsync(document, resume: resume, revision: 1)).GetProperty("applied").GetProperty("sequence").GetInt64());
        await again.SubmitAsync(document, 2, 1, 1, "b");
        await again.OperationsAsync(1, 2);
        Assert.Equal("ab", await hosts.First.TextAsync(document));
    }
}
