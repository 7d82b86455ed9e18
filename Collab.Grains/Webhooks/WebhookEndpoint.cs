using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Collab.Contracts.Access;
using Collab.Resilience;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Collab.Grains.Webhooks;

/// <summary>One receiver: signs a delivery, posts it through a pipeline of its own, and says what became of it. Any thread.</summary>
internal sealed class WebhookEndpoint : IDisposable
{
    /// <summary>Of an answer's body nothing is read; so much is taken off the connection, so that it can be used again.</summary>
    private const int DrainBytesLimit = 16 << 10;

    private const int AnswerHeaderKilobytesLimit = 16;

    /// <summary>Receivers move: addresses are looked up again after this.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    /// <summary>A receiver can't make the sender wait for years.</summary>
    private static readonly TimeSpan RetryAfterLimit = TimeSpan.FromHours(1);

    private readonly Uri _url;
    private readonly WebhookSigner _signer;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    public WebhookEndpoint(string name, WebhookOptions options, Pipeline pipeline, TimeProvider time)
    {
        (Name, Options, Pipeline, _time) = (name, options, pipeline, time);
        _url = new Uri(options.Url);
        _signer = new WebhookSigner(options.Secret, options.PreviousSecret);
        Documents = new DocumentPattern(options.Documents);
        Metrics = new WebhookMetrics(name);
        // The pipeline has the timeouts.
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = ConnectionLifetime,
            MaxResponseDrainSize = DrainBytesLimit,
            MaxResponseHeadersLength = AnswerHeaderKilobytesLimit,
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("Collab", null));
    }

    public string Name { get; }

    public WebhookOptions Options { get; }

    public Pipeline Pipeline { get; }

    public DocumentPattern Documents { get; }

    public WebhookMetrics Metrics { get; }

    /// <summary>For operators: without path and query, which often hold a secret.</summary>
    public string Address => _url.GetLeftPart(UriPartial.Authority);

    /// <summary>Whether a failure says that the receiver is away. One that asks to be left alone for a while, and says how long, is there.</summary>
    public static bool IsTrouble(Exception failure) => failure is HttpRequestException or IOException or UnavailableException { RetryAfter: null };

    /// <summary>One round of attempts, as the pipeline makes them. Nothing of it is known to have arrived unless the outcome says so.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; whether it arrived is unknown.</exception>
    public async Task<WebhookAnswer> PostAsync(string id, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        // A breaker that opens, or that a trial leaves open, ends the round with its refusal, though there were attempts before that.
        var tried = new StrongBox<bool>();
        try
        {
            return await Pipeline.RepeatAsync(
                static (call, cancellation) =>
                {
                    call.tried.Value = true;
                    return call.endpoint.AttemptAsync(call.id, call.body, cancellation);
                },
                (endpoint: this, id, body, tried),
                cancellation);
        }
        catch (Exception failure) when (failure is ExecutionRejectedException or UnavailableException or HttpRequestException or IOException)
        {
            var cause = failure is BrokenCircuitException { InnerException: { } last } ? last : failure;
            string detail = cause is TimeoutRejectedException late ? $"no answer within {late.Timeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)} s" : cause.Message;
            return new WebhookAnswer(WebhookOutcome.Unavailable, detail, (failure as UnavailableException)?.RetryAfter ?? Pipeline.RefusesFor, tried.Value);
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        Pipeline.Dispose();
    }

    private async ValueTask<WebhookAnswer> AttemptAsync(string id, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            using var request = Request(id, body);
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            return Judge(answer);
        }
        finally
        {
            Metrics.RequestSeconds.Observe(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
    }

    private HttpRequestMessage Request(string id, ReadOnlyMemory<byte> body)
    {
        var now = _time.GetUtcNow();
        var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", _signer.Sign(id, now, body.Span));
        return request;
    }

    private WebhookAnswer Judge(HttpResponseMessage answer)
    {
        string detail = $"the receiver answered {(int)answer.StatusCode}";
        return answer.StatusCode switch
        {
            HttpStatusCode.Gone => new(WebhookOutcome.Gone, detail),
            HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => throw new UnavailableException(detail, RetryAfter(answer)),
            >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => new(WebhookOutcome.Delivered, detail),
            >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError and not HttpStatusCode.RequestTimeout => new(WebhookOutcome.Refused, detail),
            _ => throw new UnavailableException(detail),
        };
    }

    private TimeSpan? RetryAfter(HttpResponseMessage answer)
    {
        var asked = answer.Headers.RetryAfter?.Delta ?? answer.Headers.RetryAfter?.Date - _time.GetUtcNow();
        return asked is not { } pause || pause < TimeSpan.Zero ? null : pause < RetryAfterLimit ? pause : RetryAfterLimit;
    }

    private sealed class UnavailableException(string message, TimeSpan? retryAfter = null) : Exception(message)
    {
        public TimeSpan? RetryAfter => retryAfter;
    }
}
