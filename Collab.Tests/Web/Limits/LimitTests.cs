using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Collab.Tests.Web.Limits;

/// <summary>What is over a limit is refused with an error that names the value, the limit and the setting, and is counted. The host has limits that a test reaches at once.</summary>
public sealed class LimitTests : IAsyncLifetime
{
    private readonly WebHost _host = new(new Dictionary<string, string?>
    {
        ["Collab:Limits:MessageBytes"] = $"{16 << 10}",
        ["Collab:Limits:DocumentsPerConnection"] = "2",
        ["Collab:Limits:PresenceStateBytes"] = "256",
        ["Collab:Limits:PresenceStateDepth"] = "3",
        ["Collab:Limits:PresenceInterval"] = "00:00:10",
        ["Collab:Limits:OperationsPerSecond"] = "1",
        ["Collab:Limits:RequestsPerSecond"] = "1",
        ["Collab:Limits:MessagesPerSecond"] = "100",
        ["Collab:Limits:ReceivedBytesPerSecond"] = $"{64 << 10}",
        ["Collab:Limits:ConnectionsPerAddress"] = "4",
        ["Collab:Documents:OperationBytesLimit"] = $"{4 << 10}",
        ["Collab:Documents:OperationComponentsLimit"] = "16",
        ["Collab:Documents:OperationDepthLimit"] = "2",
        ["Collab:Documents:DocumentLengthLimit"] = "1024",
        ["Collab:Documents:SessionsLimit"] = "2",
    });

    public Task InitializeAsync() => _host.StartAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    public static TheoryData<string, string, string, string> Submissions => new()
    {
        { "message_bytes", "message_too_large", "Collab:Limits:MessageBytes", $"[{{\"insert\":\"{new string('x', 17_000)}\"}}]" },
        { "operation_bytes", "operation_too_large", "Collab:Documents:OperationBytesLimit", $"[{{\"insert\":\"{new string('x', 5_000)}\"}}]" },
        { "operation_components", "operation_too_large", "Collab:Documents:OperationComponentsLimit", $"[{string.Join(',', Enumerable.Repeat("""{"insert":"x"}""", 17))}]" },
        { "operation_depth", "malformed", "Collab:Documents:OperationDepthLimit", """[{"insert":"x","attributes":{"a":[[[]]]}}]""" },
        { "document_length", "document_too_long", "Collab:Documents:DocumentLengthLimit", $$"""[{"insert":"{{new string('x', 1_100)}}"},{"retain":1}]""" },
    };

    [Theory]
    [MemberData(nameof(Submissions))]
    public async Task An_edit_over_a_limit_is_refused(string limit, string reason, string setting, string delta)
    {
        string document = await _host.CreateAsync("richtext");
        await using var client = await _host.ConnectAsync();
        await client.JoinAsync(document);
        double before = await ReachedAsync(limit);

        await client.SendRawAsync($$"""{"type":1,"target":"submit","arguments":[{"document":"{{document}}","sequence":1,"base":0,"delta":{{delta}}}]}""");

        var refused = await client.NextAsync("refused");
        Assert.Equal((reason, "give_up"), (Text(refused, "reason"), Text(refused, "action")));
        Assert.Equal(1, refused.GetProperty("sequence").GetInt64());
        Assert.Contains(setting, Text(refused, "detail"), StringComparison.Ordinal);
        Assert.True(await ReachedAsync(limit) > before);
    }

    [Theory]
    [InlineData("presence_state_bytes", "Collab:Limits:PresenceStateBytes", 256)]
    [InlineData("presence_state_depth", "Collab:Limits:PresenceStateDepth", 3)]
    public async Task A_presence_state_over_a_limit_is_refused(string limit, string setting, int most)
    {
        string document = await _host.CreateAsync();
        await using var client = await _host.ConnectAsync();
        await client.JoinAsync(document);
        double before = await ReachedAsync(limit);
        string State(int size) => setting.EndsWith("Bytes", StringComparison.Ordinal)
            ? $$"""{"a":"{{new string('x', size - 8)}}"}"""
            : $$"""{"b":1,"a":{{string.Concat(Enumerable.Repeat("[", size - 1))}}{{string.Concat(Enumerable.Repeat("]", size - 1))}}}""";

        foreach (int size in (int[])[most, most + 1])
            await client.SendRawAsync($$"""{"type":1,"target":"presence","arguments":[{"document":"{{document}}","revision":0,"state":{{State(size)}}}]}""");

        // The one at the limit passed: there is one refusal, and it names one more.
        var refused = await client.NextAsync("refused");
        Assert.Equal("malformed", Text(refused, "reason"));
        Assert.Contains($"{most + 1}", Text(refused, "detail"), StringComparison.Ordinal);
        Assert.Contains(setting, Text(refused, "detail"), StringComparison.Ordinal);
        Assert.Equal(before + 1, await ReachedAsync(limit));
    }

    [Fact]
    public async Task Presence_that_comes_too_fast_is_overtaken()
    {
        string document = await _host.CreateAsync();
        await using var client = await _host.ConnectAsync();
        await client.JoinAsync(document);
        double before = await ReachedAsync("presence_rate");

        // The join itself has just shown it: all of these wait for ten seconds to be over.
        for (int i = 0; i < 3; i++)
            await client.SendAsync("presence", new { document, revision = 0, state = new { i } });

        await Eventually.IsTrue(async () => await ReachedAsync("presence_rate") >= before + 2);
    }

    [Fact]
    public async Task One_document_and_one_session_too_many_are_refused()
    {
        string[] documents = [await _host.CreateAsync(), await _host.CreateAsync(), await _host.CreateAsync()];
        await using var ann = await _host.ConnectAsync();
        await using var bob = await _host.ConnectAsync();
        await using var eve = await _host.ConnectAsync();
        await ann.JoinAsync(documents[0]);
        await ann.JoinAsync(documents[1]);
        await bob.JoinAsync(documents[0]);

        await ann.SendAsync("join", new { document = documents[2], version = 1 });
        await AssertRefusedAsync(ann, "documents_per_connection", "too_many_documents", "Collab:Limits:DocumentsPerConnection");
        await eve.SendAsync("join", new { document = documents[0], version = 1 });
        await AssertRefusedAsync(eve, "sessions_per_document", "too_many_sessions", "Collab:Documents:SessionsLimit");
    }

    [Fact]
    public async Task Who_submits_too_fast_is_told_when_to_go_on_and_loses_nothing()
    {
        string document = await _host.CreateAsync();
        await using var client = await _host.ConnectAsync();
        await client.JoinAsync(document);

        // Ten pass as a burst, for people catch up; then one a second does.
        int applied = 0;
        JsonElement refused = default;
        while (refused.ValueKind == JsonValueKind.Undefined)
        {
            await client.SubmitAsync(document, applied + 1, applied, applied == 0 ? ["x"] : ["x", applied]);
            var answer = await client.NextAsync("operations", "refused");
            if (Text(answer, "target") == "refused")
                refused = answer;
            else
                applied++;
        }

        Assert.True(applied >= 10, $"After {applied} it was refused.");
        AssertRateLimited(refused, "session_operations", "Collab:Limits:OperationsPerSecond");
        Assert.True(await ReachedAsync("session_operations") > 0);

        // The same again, when it was told to.
        await Task.Delay(TimeSpan.FromMilliseconds(refused.GetProperty("retryAfter").GetInt64()));
        await client.SubmitAsync(document, applied + 1, applied, "x", applied);
        Assert.Equal(applied + 1, (await client.OperationsAsync(applied, applied + 1))[0].GetProperty("sequence").GetInt64());
    }

    [Fact]
    public async Task Who_asks_in_a_loop_is_told_to_wait()
    {
        string document = await _host.CreateAsync();
        await using var client = await _host.ConnectAsync();
        await client.JoinAsync(document);
        JsonElement refused = default;
        for (int i = 0; i < 100 && refused.ValueKind == JsonValueKind.Undefined; i++)
        {
            // From after the head: each is answered.
            await client.SendAsync("read", new { document, from = 7 });
            var answer = await client.NextAsync("refused");
            if (Text(answer, "reason") != "revision_ahead")
                refused = answer;
        }

        AssertRateLimited(refused, "connection_requests", "Collab:Limits:RequestsPerSecond");
        Assert.True(await ReachedAsync("connection_requests") > 0);
    }

    [Theory]
    [InlineData("connection_messages", 1200, 0)]
    [InlineData("connection_bytes", 60, 12_000)]
    public async Task What_comes_too_fast_is_read_later_and_all_of_it_is(string limit, int messages, int filling)
    {
        string document = await _host.CreateAsync();
        await using var client = await _host.ConnectAsync();
        double before = await ReachedAsync(limit);
        for (int i = 0; i < messages; i++)
            await client.SendRawAsync($$"""{"type":6,"filling":"{{new string('x', filling)}}"}""");

        // Behind all of them, and answered.
        await client.JoinAsync(document);
        Assert.True(await ReachedAsync(limit) > before);
    }

    [Fact]
    public async Task One_connection_of_an_address_too_many_is_answered_with_429_and_its_place_comes_back()
    {
        double before = await _host.MetricAsync("""collab_websocket_connections_total{result="over_limit"}""");
        var open = new List<HubClient>();
        for (int i = 0; i < 4; i++)
            open.Add(await _host.ConnectAsync());

        using (var refused = await UpgradeAsync())
        {
            var problem = await refused.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Equal((HttpStatusCode.TooManyRequests, "too_many_connections", "retry"), (refused.StatusCode, Text(problem, "reason"), Text(problem, "action")));
            Assert.Contains("4 connections", Text(problem, "detail"), StringComparison.Ordinal);
            Assert.Contains("Collab:Limits:ConnectionsPerAddress", Text(problem, "detail"), StringComparison.Ordinal);
            Assert.NotNull(refused.Headers.RetryAfter);
        }

        Assert.True(await _host.MetricAsync("""collab_websocket_connections_total{result="over_limit"}""") > before);
        Assert.True(await ReachedAsync("connections_per_address") > 0);

        await open[0].DisposeAsync();
        await Eventually.IsTrue(async () =>
        {
            using var answer = await UpgradeAsync();
            return answer.StatusCode == HttpStatusCode.SwitchingProtocols;
        });
        foreach (var client in open)
            await client.DisposeAsync();
    }

    [Fact]
    public async Task What_is_no_WebSocket_or_says_nothing_sensible_counts_as_a_bad_handshake()
    {
        const string Bad = """collab_websocket_connections_total{result="bad_handshake"}""";
        double before = await _host.MetricAsync(Bad);
        using (var answer = await _host.Http.GetAsync("/collab"))
            Assert.False(answer.IsSuccessStatusCode);
        await Eventually.IsTrue(async () => await _host.MetricAsync(Bad) >= before + 1);
    }

    internal static string Text(JsonElement message, string member) => message.GetProperty(member).GetString()!;

    private async Task AssertRefusedAsync(HubClient client, string limit, string reason, string setting)
    {
        var refused = await client.NextAsync("refused");
        Assert.Equal(reason, Text(refused, "reason"));
        Assert.Contains(setting, Text(refused, "detail"), StringComparison.Ordinal);
        Assert.True(await ReachedAsync(limit) > 0);
    }

    private static void AssertRateLimited(JsonElement refused, string limit, string setting)
    {
        Assert.Equal((limit, "rate_limited", "retry"), (limit, Text(refused, "reason"), Text(refused, "action")));
        Assert.True(refused.GetProperty("retryAfter").GetInt64() >= 100);
        Assert.Contains(setting, Text(refused, "detail"), StringComparison.Ordinal);
    }

    private Task<double> ReachedAsync(string limit) => _host.MetricAsync($$"""collab_limit_refusals_total{limit="{{limit}}"}""");

    private async Task<HttpResponseMessage> UpgradeAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/collab");
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", Convert.ToBase64String(new byte[16]));
        return await _host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}
