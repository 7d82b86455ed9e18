using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Collab.Client;
using Collab.Operations;

namespace Collab.Stress.Server;

/// <summary>What the tool asks of the server besides editing: whether it is there, tokens, and at the end the log.</summary>
internal sealed class StressServer : IDisposable
{
    private const int PageOperations = 1000;

    private readonly StressPlan _plan;
    private readonly HttpClient _http;

    public StressServer(StressPlan plan)
    {
        _plan = plan;
        _http = new HttpClient { BaseAddress = new Uri(plan.Target.AbsoluteUri.TrimEnd('/') + "/"), Timeout = TimeSpan.FromSeconds(30) };
    }

    /// <exception cref="HttpRequestException">It does not answer, or says that it is not well.</exception>
    public async Task RequireHealthAsync(CancellationToken cancellation)
    {
        using var answer = await _http.GetAsync(new Uri("health/ready", UriKind.Relative), cancellation);
        if (!answer.IsSuccessStatusCode)
            throw new HttpRequestException($"{_plan.Target}health/ready answers {(int)answer.StatusCode}: the server takes nobody in.");
    }

    public CollabClient Connect(string name) => new(_plan.Target, new CollabClientOptions
    {
        Name = name,
        Token = _plan.Token is null && _plan.ApiKey is null ? null : cancellation => TokenAsync(name, cancellation),
    });

    /// <summary>Every operation of a document, from its first on.</summary>
    /// <exception cref="InvalidOperationException">The server does not give it out, or has given up its beginning.</exception>
    public async IAsyncEnumerable<(string Session, long Sequence, IDelta Delta)> LogAsync(string document, IDocumentKind kind, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (long revision = 0, head = 1; revision < head;)
        {
            using var page = await GetAsync($"api/documents/{document}/operations?from={revision}&limit={PageOperations}", cancellation);
            head = page.RootElement.GetProperty("head").GetInt64();
            foreach (var operation in page.RootElement.GetProperty("operations").EnumerateArray())
            {
                revision++;
                var delta = kind.DecodeDelta(JsonMarshal.GetRawUtf8Value(operation.GetProperty("delta")), DeltaLimits.Default);
                yield return (operation.GetProperty("session").GetString()!, operation.GetProperty("sequence").GetInt64(), delta);
            }
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonDocument> GetAsync(string path, CancellationToken cancellation)
    {
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
            if (_plan.Token is not null || _plan.ApiKey is not null)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync("check", cancellation));
            using var answer = await _http.SendAsync(request, cancellation);
            if (answer.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)
            {
                await Task.Delay(answer.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1), cancellation);
                continue;
            }

            string body = await answer.Content.ReadAsStringAsync(cancellation);
            return answer.IsSuccessStatusCode ? JsonDocument.Parse(body) : throw new InvalidOperationException($"GET {path} is answered by {(int)answer.StatusCode}: {body}");
        }
    }

    private async ValueTask<string> TokenAsync(string name, CancellationToken cancellation)
    {
        if (_plan.Token is { } token)
            return token;
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("api/tokens", UriKind.Relative))
        {
            Content = JsonContent.Create(new { subject = $"stress-{name}", name, documents = "stress-*", role = "owner" }),
        };
        request.Headers.Add("X-Api-Key", _plan.ApiKey);
        using var answer = await _http.SendAsync(request, cancellation);
        string body = await answer.Content.ReadAsStringAsync(cancellation);
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"POST api/tokens is answered by {(int)answer.StatusCode}: {body}");
        using var json = JsonDocument.Parse(body);
        return json.RootElement.GetProperty("token").GetString()!;
    }
}
