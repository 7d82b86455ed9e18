using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using Collab.Web;
using Collab.Web.Limits;
using Microsoft.Extensions.Options;

namespace Collab.Tests.Web.Limits;

/// <summary>Limits of a whole host and of a whole document: each has a host of its own.</summary>
public sealed class HostLimitTests
{
    [Fact]
    public async Task A_host_that_is_full_takes_no_more_connections()
    {
        await using var host = await StartAsync(("Collab:Limits:Connections", "1"));
        await using var first = await host.Web.ConnectAsync();
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => host.Web.ConnectAsync());
        Assert.Contains("429", refused.Message, StringComparison.Ordinal);
        Assert.True(await host.ReachedAsync("connections") > 0);
    }

    [Fact]
    public async Task A_document_takes_only_so_many_operations_a_second_of_all_its_authors()
    {
        await using var host = await StartAsync(("Collab:Documents:OperationsPerSecond", "1"));
        string document = await host.Web.CreateAsync();
        JsonElement problem = default;
        for (int i = 0; i < 200 && problem.ValueKind == JsonValueKind.Undefined; i++)
        {
            // Each by an author of its own.
            using var answer = await host.Web.Http.PostAsJsonAsync(
                $"/api/documents/{document}/operations", new { session = $"api-author-{i}", sequence = 1, @base = i, delta = i == 0 ? (object[])["x"] : ["x", i] });
            if (!answer.IsSuccessStatusCode)
                problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        }

        Assert.Equal("rate_limited", LimitTests.Text(problem, "reason"));
        Assert.True(problem.GetProperty("retryAfter").GetInt64() >= 100);
        Assert.Contains("Collab:Documents:OperationsPerSecond", LimitTests.Text(problem, "detail"), StringComparison.Ordinal);
        Assert.True(await host.ReachedAsync("document_operations") > 0);
    }

    [Fact]
    public async Task A_caller_that_asks_too_often_over_REST_is_told_to_wait()
    {
        await using var host = await StartAsync(("Collab:Limits:RestRequestsPerSecond", "1"));
        HttpResponseMessage? refused = null;
        for (int i = 0; i < 500 && refused is null; i++)
        {
            var answer = await host.Web.Http.GetAsync("/api/documents");
            if (answer.IsSuccessStatusCode)
                answer.Dispose();
            else
                refused = answer;
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, refused!.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(("rate_limited", "retry"), (LimitTests.Text(problem, "reason"), LimitTests.Text(problem, "action")));
        Assert.Contains("Collab:Limits:RestRequestsPerSecond", LimitTests.Text(problem, "detail"), StringComparison.Ordinal);
        Assert.True(await host.ReachedAsync("rest_requests") > 0);
        refused.Dispose();
    }

    [Fact]
    public async Task Snapshots_wait_for_their_turn_in_order_and_small_ones_do_not()
    {
        using var turns = new SnapshotTurns(Options.Create(new CollabOptions { Delivery = { SnapshotBytesInFlight = 1 << 20 } }));
        // More than all there is: alone, it goes.
        var large = await turns.WaitAsync(5 << 20);
        var second = turns.WaitAsync(1 << 20);
        var third = turns.WaitAsync(600 << 10);
        var fourth = turns.WaitAsync(600 << 10);
        Assert.NotNull((await turns.WaitAsync(1000)).Turn);
        Assert.False(second.IsCompleted || third.IsCompleted);

        large.Turn!.Dispose();
        var next = await second;
        Assert.False(third.IsCompleted);
        next.Turn!.Dispose();
        var last = await third;
        Assert.False(fourth.IsCompleted);
        last.Turn!.Dispose();
        Assert.NotNull((await fourth).Turn);
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:ffff::1", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("0.0.0.1", "::1", false)]
    public void An_address_of_IPv6_counts_by_its_network(string one, string other, bool isSame) =>
        Assert.Equal(isSame, NetworkAddress.Of(IPAddress.Parse(one)) == NetworkAddress.Of(IPAddress.Parse(other)));

    [Fact]
    public void A_user_counts_for_himself_and_no_longer_for_his_address()
    {
        var gate = new ConnectionGate(Options.Create(new CollabOptions { Limits = { ConnectionsPerAddress = 1, ConnectionsPerUser = 2 } }));
        var office = NetworkAddress.Of(IPAddress.Parse("192.0.2.1"));
        ConnectionPass[] passes = [.. Enumerable.Range(0, 4).Select(_ => new ConnectionPass(gate, office))];

        Assert.Null(gate.TryEnter(passes[0], null));
        Assert.Contains("ConnectionsPerAddress", gate.TryEnter(passes[1], null)!.Detail, StringComparison.Ordinal);
        Assert.Null(gate.TryIdentify(passes[0], "ann"));
        Assert.Null(gate.TryEnter(passes[1], "ann"));
        Assert.Null(gate.TryEnter(passes[2], null));
        Assert.Contains("ConnectionsPerUser", gate.TryIdentify(passes[2], "ann")!.Detail, StringComparison.Ordinal);
        gate.Leave(passes[1]);
        Assert.Null(gate.TryIdentify(passes[2], "ann"));
        Assert.Null(gate.TryEnter(passes[3], null));
    }

    private static async Task<Host> StartAsync(params (string Key, string Value)[] settings)
    {
        var host = new Host(new WebHost(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value)));
        await host.Web.StartAsync();
        return host;
    }

    private sealed record Host(WebHost Web) : IAsyncDisposable
    {
        public Task<double> ReachedAsync(string limit) => Web.MetricAsync($$"""collab_limit_refusals_total{limit="{{limit}}"}""");

        public async ValueTask DisposeAsync() => await Web.DisposeAsync();
    }
}
