using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Collab.Tests.EndToEnd;
using Collab.Tests.Web;

namespace Collab.Tests.Tracing;

/// <summary>What a real server sends to a real receiver of OTLP.</summary>
public sealed class TraceTests : IAsyncLifetime
{
    private const string Typed = "Zanzibar-typed";
    private const string Person = "Zanzibar-person";
    private const string ContentMismatch = "1004";

    private readonly HttpClient _http = new();
    private readonly string _document = $"d-{Guid.NewGuid():N}";
    private OtlpReceiver _receiver = null!;
    private ServerProcess _server = null!;

    public async Task InitializeAsync()
    {
        _receiver = await OtlpReceiver.StartAsync();
        _server = await ServerProcess.StartAsync(
            $"Collab:Traces:Endpoint={_receiver.Http}", "Collab:Traces:Protocol=http", "Collab:Traces:SampleRatio=1", "Collab:Traces:ExportInterval=00:00:00.1", "Collab:Traces:Headers=X-Scope-OrgID=tests",
            "Logging:Console:FormatterName=json", "Collab:Limits:SubmissionsPerSession=100", "Collab:Limits:OperationsPerSecond=1000");
        _http.BaseAddress = _server.Url;
        using var created = await _http.PostAsJsonAsync("/api/documents", new { id = _document, kind = "text" });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task A_keystroke_is_one_trace_from_the_hub_to_the_push()
    {
        await using var author = await JoinAsync();
        await using var reader = await JoinAsync();
        await author.SubmitAsync(_document, 1, 0, Typed);
        await reader.OperationsAsync(0, 1);

        var push = await SpanAsync("push");
        var hub = await SpanAsync("hub submit");
        var trace = await TraceAsync(hub.Trace, "hub submit", "IDocumentGrain/Submit", "rebase", "append", "push");
        var call = trace.Single(span => span is { Name: "IDocumentGrain/Submit", Kind: ReceivedSpan.Client });
        var turn = trace.Single(span => span is { Name: "IDocumentGrain/Submit", Kind: ReceivedSpan.Server });
        var rebase = trace.Single(span => span.Name == "rebase");
        var append = trace.Single(span => span.Name == "append");

        Assert.Equal(6, trace.Count);
        Assert.Equal(("", ReceivedSpan.Server), (hub.Parent, hub.Kind));
        Assert.Equal((hub.Id, call.Id, turn.Id, turn.Id, append.Id), (call.Parent, turn.Parent, rebase.Parent, append.Parent, push.Parent));
        Assert.True(call.IsWithin(hub) && turn.IsWithin(call) && rebase.IsWithin(turn) && append.IsWithin(turn), string.Join('\n', trace));
        Assert.True(push.Start >= append.Start, string.Join('\n', trace));
        Assert.All(trace, span => Assert.True(span.End >= span.Start && !span.IsError && span.Service == "collab-web", $"{span}"));
        Assert.Equal(("applied", "1"), (hub.Tags["collab.outcome"], hub.Tags["collab.revision"]));
        Assert.Equal(("applied", "1", "0", "text"), (rebase.Tags["collab.outcome"], rebase.Tags["collab.revision"], rebase.Tags["collab.rebase.distance"], rebase.Tags["collab.kind"]));
        Assert.Equal((ReceivedSpan.Consumer, "1", "1"), (push.Kind, push.Tags["collab.revision"], push.Tags["collab.operations"]));
        Assert.Equal($"document/{_document}", turn.Tags["orleans.rpc.target_id"]);
        Assert.All(_receiver.Headers, headers => Assert.Equal("tests", headers["X-Scope-OrgID"]));
    }

    [Fact]
    public async Task Each_operation_of_a_batch_is_followed_to_its_push_in_its_own_trace()
    {
        const int Count = 40;
        await using var author = await JoinAsync();
        await using var other = await JoinAsync();
        for (int i = 0; i < Count; i++)
            await (i % 2 == 0 ? author : other).SubmitAsync(_document, (i / 2) + 1, 0, Typed);
        await other.OperationsAsync(0, Count);

        await Eventually.IsTrue(() => Spans("push").Count == Count && Spans("hub submit").Count == Count, "each operation was pushed and answered");
        Assert.Equal(Spans("hub submit").Select(span => (span.Trace, span.Tags["collab.revision"])).Order(), Spans("push").Select(span => (span.Trace, span.Tags["collab.revision"])).Order());
    }

    [Fact]
    public async Task A_refusal_is_an_error_with_its_code_in_every_span_that_it_goes_through()
    {
        await using var author = await JoinAsync();
        await author.SubmitAsync(_document, 1, 0, 999, Typed);
        await author.NextAsync("refused");
        await author.SendRawAsync($$"""{"type":1,"target":"submit","arguments":[{"document":"{{_document}}","{{Typed}}":1}]}""");
        await author.NextAsync("refused");

        var hub = await SpanAsync("hub submit");
        var trace = await TraceAsync(hub.Trace, "hub submit", "IDocumentGrain/Submit", "rebase");
        Assert.Equal(4, trace.Count);
        Assert.All(trace, span => Assert.True(span.IsError && span.Tags["error.type"] == "length_mismatch", $"{span}"));
        var unread = await _receiver.WhenAsync(span => span.Name == "hub refuse", "what could not be read is traced");
        Assert.True(unread.IsError && unread.Tags["error.type"] == "malformed", $"{unread}");
    }

    [Fact]
    public async Task A_request_goes_on_with_its_callers_trace_and_so_do_its_grain_calls()
    {
        var (trace, caller) = (ActivityTraceId.CreateRandom().ToHexString(), ActivitySpanId.CreateRandom().ToHexString());
        foreach (long sequence in (long[])[1, 3])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/documents/{_document}/operations?note={Typed}") { Content = JsonContent.Create(new { session = "api-1", sequence, @base = sequence == 1 ? 0 : 9, delta = new[] { Typed } }) };
            request.Headers.Add("traceparent", $"00-{trace}-{caller}-01");
            request.Headers.UserAgent.ParseAdd(Person);
            using var answer = await _http.SendAsync(request);
            Assert.Equal(sequence == 1 ? HttpStatusCode.OK : HttpStatusCode.Conflict, answer.StatusCode);
        }

        await Eventually.IsTrue(() => _receiver.Spans.Count(span => span.Parent == caller) == 2, "both requests came");
        var requests = _receiver.Spans.Where(span => span.Parent == caller).OrderBy(span => span.Start).ToList();
        Assert.All(requests, span => Assert.Equal(("POST /api/documents/{id}/operations", trace, ReceivedSpan.Server), (span.Name, span.Trace, span.Kind)));
        Assert.Equal(("200", "409"), (requests[0].Tags["http.response.status_code"], requests[1].Tags["http.response.status_code"]));
        Assert.Equal((false, true, "revision_ahead"), (requests[0].IsError, requests[1].IsError, requests[1].Tags["error.type"]));
        Assert.Contains(_receiver.Spans, span => span is { Name: "IDocumentGrain/Submit", Kind: ReceivedSpan.Client } && span.Parent == requests[0].Id);
        Assert.Contains(_receiver.Spans, span => span.Name == "append" && span.Trace == trace);
    }

    [Fact]
    public async Task A_warning_that_a_message_caused_has_the_trace_that_the_receiver_got()
    {
        await using var author = await JoinAsync();
        await author.SendAsync("check", new { document = _document, revision = 0, hash = 1 });
        await author.NextAsync("refused");

        var hub = await SpanAsync("hub check");
        await Eventually.IsTrue(() => _server.Log.Contains($"\"EventId\":{ContentMismatch},", StringComparison.Ordinal), "the mismatch is logged");
        var line = _server.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).Single(line => line.GetProperty("EventId").GetRawText() == ContentMismatch);
        var scopes = line.GetProperty("Scopes").EnumerateArray().Where(scope => scope.ValueKind == JsonValueKind.Object).ToList();
        Assert.Contains(scopes, scope => scope.TryGetProperty("TraceId", out var trace) && trace.GetString() == hub.Trace);
        Assert.True(hub.IsError && hub.Tags["error.type"] == "content_mismatch", $"{hub}");
    }

    [Fact]
    public async Task Nothing_that_was_typed_and_nobodys_name_is_sent_and_what_is_sent_is_counted()
    {
        await using var author = await JoinAsync();
        await author.SubmitAsync(_document, 1, 0, Typed);
        await author.OperationsAsync(0, 1);
        await author.SendAsync("presence", new { document = _document, revision = 1, state = new { note = Typed } });
        await author.SendAsync("authenticate", new { token = Typed });
        await author.SubmitAsync(_document, 2, 1, Typed);
        await author.NextAsync("refused");
        await author.SendRawAsync($$"""{"type":1,"target":"{{Typed}}","arguments":[]}""");
        await author.NextAsync("refused");
        using (var granted = await _http.PutAsJsonAsync($"/api/documents/{_document}/permissions/{Person}?note={Typed}", new { role = "editor" }))
            Assert.True(granted.IsSuccessStatusCode, await granted.Content.ReadAsStringAsync());
        await _http.GetStringAsync($"/api/documents/{_document}/content?x={Typed}");
        await _receiver.WhenAsync(span => span.Name == "GET /api/documents/{id}/content", "the last request is traced");
        await SpanAsync("push");

        Assert.False(_receiver.Holds("Zanzibar"), string.Join('\n', _receiver.Spans.Where(span => span.ToString().Contains("Zanzibar", StringComparison.Ordinal) || span.Tags.Values.Any(value => value.Contains("Zanzibar", StringComparison.Ordinal)))));
        Assert.True(_receiver.Holds(_document));
        // What nobody asked for is in no trace.
        Assert.DoesNotContain(_receiver.Spans, span => span.Parent == "" && !span.Name.StartsWith("hub ", StringComparison.Ordinal) && !span.Name.Contains(" /api/", StringComparison.Ordinal));
        await Eventually.IsTrue(
            async () =>
            {
                var metrics = await Scrape.OfAsync(_server.Url);
                return metrics["collab_spans_total"] == _receiver.Spans.Count && metrics["collab_traces_total"] == _receiver.Spans.Count(span => span.Parent == "");
            },
            "as many spans and traces are counted as came");
    }

    private async Task<HubClient> JoinAsync()
    {
        var client = await HubClient.ConnectAsync(new Uri(_server.Url, "/collab"), origin: null, receiveBuffer: null);
        await client.JoinAsync(_document, Person);
        return client;
    }

    private List<ReceivedSpan> Spans(string name) => [.. _receiver.Spans.Where(span => span.Name == name && span.Document == _document)];

    private Task<ReceivedSpan> SpanAsync(string name) => _receiver.WhenAsync(span => span.Name == name && span.Document == _document, $"a span {name} of {_document} came");

    /// <summary>The trace, once it has all of these and both sides of its calls.</summary>
    private async Task<List<ReceivedSpan>> TraceAsync(string trace, params string[] names)
    {
        List<ReceivedSpan> Read() => [.. _receiver.Spans.Where(span => span.Trace == trace)];
        await Eventually.IsTrue(() => names.All(name => Read().Count(span => span.Name == name) == (name.Contains('/') ? 2 : 1)), $"trace {trace} has {string.Join(", ", names)}");
        return Read();
    }
}
