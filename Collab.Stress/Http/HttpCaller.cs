using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Collab.Stress.Connections;
using Collab.Stress.Reporting;
using Collab.Stress.Server;

namespace Collab.Stress.Http;

/// <summary>Makes the plan's request, and tells how it ended.</summary>
internal sealed class HttpCaller : IDisposable
{
    private readonly StressPlan _plan;
    private readonly HttpCall _call;
    private readonly Recorder _recorder;
    private readonly bool _isRefusalFine;
    private readonly HttpMessageInvoker _http;
    private readonly Uri _url;
    private readonly byte[]? _body;
    private readonly MediaTypeHeaderValue? _bodyType;
    private readonly string? _token;

    private HttpCaller(StressPlan plan, HttpCall call, StressServer server, Wire wire, Recorder recorder, bool isRefusalFine, string? token)
    {
        (_plan, _call, _recorder, _isRefusalFine, _token) = (plan, call, recorder, isRefusalFine, token);
        wire.Handler.AllowAutoRedirect = false;
        wire.Handler.UseCookies = false;
        // Without HttpClient, which puts more around a request than the request costs: it has a timeout of its own here.
        _http = new HttpMessageInvoker(server.Trusting(wire.Handler), disposeHandler: false);
        _url = new Uri(new Uri(plan.Target.AbsoluteUri.TrimEnd('/') + "/"), call.Path.TrimStart('/'));
        if (call.Body is null)
            return;
        _body = Encoding.UTF8.GetBytes(call.Body);
        _bodyType = new MediaTypeHeaderValue(call.Body.TrimStart() is ['{' or '[', ..] ? "application/json" : "text/plain");
    }

    public static async Task<HttpCaller> CreateAsync(StressPlan plan, StressServer server, Wire wire, Recorder recorder, bool isRefusalFine, CancellationToken cancellation)
    {
        // The key itself is for what only a back end may ask: everything else is asked as a person.
        string? token = plan.Scenario.NeedsApiKey || !server.HasCredentials ? null : await server.TokenAsync("http", cancellation);
        return new HttpCaller(plan, plan.Call!, server, wire, recorder, isRefusalFine, token);
    }

    /// <param name="from">Since when it takes, as <see cref="Stopwatch.GetTimestamp"/> has it.</param>
    /// <returns>Whether there was an answer.</returns>
    public async Task<bool> CallAsync(long from)
    {
        using var request = Request();
        using var patience = new CancellationTokenSource(_plan.Timeout);
        try
        {
            using var answer = await _http.SendAsync(request, patience.Token);
            // Read to its end: that is when somebody has it.
            await answer.Content.CopyToAsync(Stream.Null, patience.Token);
            Note(answer, Stopwatch.GetElapsedTime(from));
            return true;
        }
        catch (OperationCanceledException)
        {
            _recorder.Failed("timeout", Stopwatch.GetElapsedTime(from));
            return false;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            _recorder.Failed(failure is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } ? "tls" : "connection", Stopwatch.GetElapsedTime(from));
            return false;
        }
    }

    public void Dispose() => _http.Dispose();

    private void Note(HttpResponseMessage answer, TimeSpan latency)
    {
        string status = $"{(int)answer.StatusCode}";
        if (answer.StatusCode == HttpStatusCode.TooManyRequests && _isRefusalFine && answer.Headers.RetryAfter is not null)
            _recorder.Succeeded(latency, status);
        else if ((int)answer.StatusCode is >= 200 and < 400)
            _recorder.Succeeded(latency, status);
        else
            _recorder.Failed($"http_{status}", latency, status);
    }

    private HttpRequestMessage Request()
    {
        var request = new HttpRequestMessage(_call.Method, _url);
        if (!_call.KeepsAlive)
            request.Headers.ConnectionClose = true;
        if (_body is not null)
        {
            request.Content = new ByteArrayContent(_body);
            request.Content.Headers.ContentType = _bodyType;
        }

        if (_plan.Scenario.NeedsApiKey)
            request.Headers.Add("X-Api-Key", _plan.ApiKey);
        else if (_token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        foreach (var (name, value) in _call.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content?.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }
}
