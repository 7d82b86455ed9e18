using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Collab.Client;
using Collab.Tests.EndToEnd;
using Collab.Tests.Web;

namespace Collab.Tests.Monitoring.Catalogue;

/// <summary>A real server on which scenarios happen, one after the other, and whom they have made to be there.</summary>
/// <param name="url">Where clients go.</param>
/// <param name="metrics">Where <c>/metrics</c> is there for whoever comes.</param>
/// <param name="key">The API key that its callers show; null: none.</param>
internal class Stage(string name, Uri url, Uri metrics, string? key = null) : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _kept = new();

    /// <summary>What happened here, for the message of a failure: <c>main</c>.</summary>
    public string Name { get; } = name;

    public Uri Url { get; } = url;

    public Uri Metrics { get; } = metrics;

    public string? Key { get; } = key;

    public HttpClient Http { get; } = NewHttp(url, key);

    /// <summary>The scrape that moves are counted from.</summary>
    public MetricsPage Before { get; private set; } = new("");

    public virtual Task<MetricsPage> ScrapeAsync() => MetricsPage.OfAsync(Metrics);

    /// <summary>
    /// How often somebody was put off. A busy machine's log takes longer than the two seconds after which an edit is refused, to be sent again; what is counted then is as it should be, and another than was to be seen.
    /// </summary>
    public int PutOff { get; private set; }

    /// <summary>Counts from now on: before each scenario, and in one that starts the server again.</summary>
    public virtual async Task MarkAsync() => Before = await ScrapeAsync();

    /// <summary>Lets something last until the scenario's moves have been seen.</summary>
    public T Keep<T>(T kept)
        where T : IAsyncDisposable
    {
        _kept.Push(kept);
        return kept;
    }

    /// <summary>Whom the scenario kept goes.</summary>
    public async Task ReleaseAsync()
    {
        while (_kept.TryPop(out var kept))
            await kept.DisposeAsync();
    }

    /// <summary>A client written from the protocol alone, that stays until the scenario's moves have been seen.</summary>
    /// <param name="receiveBuffer">Bytes that the kernel keeps for it; small to be slow soon.</param>
    public async Task<HubClient> ConnectAsync(int? receiveBuffer = null, string? key = null) => Keep(
        await HubClient.ConnectAsync(new Uri(Url, "/collab"), null, receiveBuffer, (key ?? Key) is { } shown ? ("X-Api-Key", shown) : null));

    /// <summary>One that shows no credential.</summary>
    public async Task<HubClient> ConnectAnonymouslyAsync() => Keep(await HubClient.ConnectAsync(new Uri(Url, "/collab"), null, null));

    /// <summary>The .NET client, as applications use it.</summary>
    public CollabClient Client(string name) => Keep(new CollabClient(Url, new CollabClientOptions { Name = name }));

    /// <summary>Joins and returns <c>joined</c>.</summary>
    public async Task<JsonElement> JoinAsync(HubClient client, string document, object? resume = null)
    {
        JsonElement? joined = null;
        await Eventually.IsTrue(
            async () =>
            {
                await client.SendAsync("join", resume is null ? new { document, version = 1 } : new { document, version = 1, resume });
                var answer = await client.NextAsync("joined", "refused");
                joined = answer.GetProperty("target").GetString() == "joined" ? answer : null;
                return joined is not null || !await IsPutOffAsync(answer.GetProperty("action").GetString());
            },
            "somebody joins");
        return joined ?? throw new InvalidOperationException("The join was refused for good.");
    }

    /// <summary>A new document over REST; its id.</summary>
    public async Task<string> CreateAsync(string kind = "text", string policy = "merge")
    {
        string id = $"d-{Guid.NewGuid():N}";
        var answer = await UntilAnsweredAsync(() => SendAsync(HttpMethod.Post, "/api/documents", new { id, kind, policy }));
        Assert.True(answer.IsSuccess, $"{(int)answer.Status} {answer.Body}");
        return id;
    }

    /// <summary>Submits over REST, and again for as long as it is told to.</summary>
    /// <param name="author">Whose session: <c>a</c> is <c>api-a</c>.</param>
    public Task<Answer> SubmitAsync(string document, string author, long sequence, long @base, params object[] delta) =>
        UntilAnsweredAsync(() => SubmitOnceAsync(document, author, sequence, @base, delta));

    /// <inheritdoc cref="SubmitAsync"/>
    /// <summary>Submits over REST, once.</summary>
    public Task<Answer> SubmitOnceAsync(string document, string author, long sequence, long @base, params object[] delta) =>
        SendAsync(HttpMethod.Post, $"/api/documents/{document}/operations", new { session = $"api-{author}", sequence, @base, delta });

    /// <summary>Submits what has to be applied.</summary>
    public async Task WriteAsync(string document, string author, long sequence, long @base, params object[] delta)
    {
        var answer = await SubmitAsync(document, author, sequence, @base, delta);
        Assert.True(answer.IsSuccess, $"{(int)answer.Status} {answer.Body}");
    }

    /// <param name="key">In place of the stage's own.</param>
    public async Task<Answer> SendAsync(HttpMethod method, string path, object? body = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (key is not null)
            request.Headers.Add("X-Api-Key", key);
        using var answer = await Http.SendAsync(request);
        return new Answer(answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public virtual async ValueTask DisposeAsync()
    {
        await ReleaseAsync();
        Http.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task<Answer> UntilAnsweredAsync(Func<Task<Answer>> ask)
    {
        Answer? answer = null;
        await Eventually.IsTrue(async () => (answer = await ask()).Action != "retry" || !await IsPutOffAsync(answer.Action), "a request is answered");
        return answer!;
    }

    private async Task<bool> IsPutOffAsync(string? action)
    {
        if (action != "retry")
            return false;
        PutOff++;
        await Task.Delay(200);
        return true;
    }

    private static HttpClient NewHttp(Uri url, string? key)
    {
        var http = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromMinutes(2) };
        if (key is not null)
            http.DefaultRequestHeaders.Add("X-Api-Key", key);
        return http;
    }
}

/// <summary>An answer over REST.</summary>
internal sealed record Answer(HttpStatusCode Status, string Body)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public bool IsSuccess => (int)Status < 400;

    /// <summary>The error code of a problem; null of an answer that is none.</summary>
    public string? Reason => Problem("reason");

    /// <summary>What to do about a problem: <c>retry</c>.</summary>
    public string? Action => Problem("action");

    private string? Problem(string member) => !IsSuccess && Body.StartsWith('{') && Json.TryGetProperty(member, out var value) ? value.GetString() : null;
}

/// <summary>A stage that is a server process of its own, with whatever else it needs.</summary>
internal sealed class ServerStage(string name, ServerProcess server, Uri? operations = null, string? key = null) : Stage(name, server.Url, operations ?? server.Url, key)
{
    public ServerProcess Server => server;

    /// <summary>Waits first until everybody who was here before is gone, and what happened to them is told.</summary>
    public override async Task MarkAsync()
    {
        await Eventually.IsTrue(
            async () =>
            {
                await base.MarkAsync();
                return Before.Sum("collab_active_sessions") == 0 && Before.Sum("collab_websocket_active_connections") == 0 && Before.Sum("collab_stream_lag") == 0;
            },
            $"nobody is on {Name} any more");
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await server.DisposeAsync();
    }
}
