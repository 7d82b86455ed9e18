using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Collab.Client;
using Collab.Stress.Connections;

namespace Collab.Stress.Server;

/// <summary>What the tool asks of the server besides editing: whether it is there, tokens, and at the end the log.</summary>
internal sealed class StressServer : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly StressPlan _plan;
    private readonly SocketsHttpHandler _handler = new();
    private readonly HttpClient _http;

    public StressServer(StressPlan plan)
    {
        _plan = plan;
        _http = new HttpClient(Trusting(_handler), disposeHandler: false) { BaseAddress = new Uri(plan.Target.AbsoluteUri.TrimEnd('/') + "/"), Timeout = TimeSpan.FromSeconds(30) };
    }

    /// <summary>There is a key or a token: nobody comes without a name.</summary>
    public bool HasCredentials => _plan.Token is not null || _plan.ApiKey is not null;

    /// <exception cref="HttpRequestException">It does not answer, or says that it is not well.</exception>
    /// <exception cref="TimeoutException">It takes the connection and says nothing.</exception>
    public async Task RequireHealthAsync(CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("health/ready", UriKind.Relative));
        using var answer = await SendAsync(request, cancellation);
        if (!answer.IsSuccessStatusCode)
            throw new HttpRequestException($"{_plan.Target}health/ready answers {(int)answer.StatusCode}: the server takes nobody in.");
    }

    /// <param name="wire">What the client connects over; null: as it likes.</param>
    public CollabClient Connect(string name, Wire? wire = null) => new(_plan.Target, new CollabClientOptions
    {
        Name = name,
        HttpHandler = wire is null ? _handler : Trusting(wire.Handler),
        Token = !HasCredentials ? null : cancellation => TokenAsync(name, cancellation),
    });

    /// <summary>Asks the API, again for as long as it says that there is too much to do.</summary>
    /// <exception cref="HttpRequestException">It refuses, with this status; or has said for a minute that there is too much to do.</exception>
    /// <exception cref="TimeoutException">It does not answer.</exception>
    public async Task<JsonDocument> GetAsync(string path, CancellationToken cancellation)
    {
        long asked = Stopwatch.GetTimestamp();
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
            if (HasCredentials)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync("check", cancellation));
            using var answer = await SendAsync(request, cancellation);
            if (answer.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable && Stopwatch.GetElapsedTime(asked) < Patience)
            {
                await Task.Delay(answer.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1), cancellation);
                continue;
            }

            string body = await answer.Content.ReadAsStringAsync(cancellation);
            return answer.IsSuccessStatusCode ? JsonDocument.Parse(body) : throw new HttpRequestException($"GET {path} is answered by {(int)answer.StatusCode}: {body}", null, answer.StatusCode);
        }
    }

    /// <summary>The handler, which takes those certificates that the plan does.</summary>
    [SuppressMessage("Security", "CA5359", Justification = "What --insecure is: asked for on the command line, for a server of one's own under load.")]
    public SocketsHttpHandler Trusting(SocketsHttpHandler handler)
    {
        if (_plan.IsInsecure)
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        return handler;
    }

    /// <summary>An access token for somebody of this name, or the one that there is.</summary>
    /// <exception cref="InvalidOperationException">The server does not give one out.</exception>
    public async ValueTask<string> TokenAsync(string name, CancellationToken cancellation)
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

    public void Dispose()
    {
        _http.Dispose();
        _handler.Dispose();
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            return await _http.SendAsync(request, cancellation);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"{request.Method} {request.RequestUri} is not answered within {_http.Timeout.TotalSeconds} s.");
        }
        catch (HttpRequestException failure) when (failure.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            throw new HttpRequestException($"{failure.Message.TrimEnd('.')}: {failure.InnerException?.Message} With --insecure any certificate is taken.", failure);
        }
    }
}
