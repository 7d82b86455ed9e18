using System.Diagnostics;
using Collab.Observability;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace Collab.Silo.Instruments;

/// <summary>One HTTP request as it is measured: from when this process has read its head until all of the answer is written.</summary>
/// <remarks>A WebSocket is measured until its handshake is answered. The hours that it lives then are no request's.</remarks>
internal sealed class MeasuredRequest
{
    // Nginx's: the client went before it had its answer.
    private const int ClientClosedRequest = 499;

    private readonly HttpContext _context;
    private readonly CountedStream? _request;
    private readonly CountedResponse _response;
    private readonly long _started = Stopwatch.GetTimestamp();
    private bool _isCounted;

    private MeasuredRequest(HttpContext context)
    {
        _context = context;
        _response = new CountedResponse(context.Features.GetRequiredFeature<IHttpResponseBodyFeature>());
        context.Features.Set<IHttpResponseBodyFeature>(_response);
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false })
            _request = CountBody(context);

        HttpMetrics.Active.Inc();
        if (IsHandshake(context))
            context.Response.OnStarting(static request => ((MeasuredRequest)request).AnswerAsync(), this);
    }

    /// <summary>The middleware.</summary>
    public static async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        var request = new MeasuredRequest(context);
        try
        {
            await next(context);
        }
        catch (Exception failure)
        {
            request.End(failure);
            throw;
        }

        // What a page or handler for errors took in hand went wrong all the same; the status is theirs.
        request.End(context.Features.Get<IExceptionHandlerFeature>()?.Error, context.Response.StatusCode);
    }

    // The server's stream is the server's to dispose of.
    private static CountedStream CountBody(HttpContext context)
    {
        var counted = new CountedStream(context.Request.Body);
        context.Request.Body = counted;
        // Whoever reads a pipe reads from the stream, too.
        context.Features.Set<IRequestBodyPipeFeature>(new RequestBodyPipeFeature(context));
        return counted;
    }

    private static bool IsHandshake(HttpContext context) => context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } || IsConnect(context);

    // A WebSocket over HTTP/2 (RFC 8441).
    private static bool IsConnect(HttpContext context) => context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true };

    private Task AnswerAsync()
    {
        // What is refused ends like every request.
        int status = _context.Response.StatusCode;
        if (status == StatusCodes.Status101SwitchingProtocols || (status == StatusCodes.Status200OK && IsConnect(_context)))
            Count(status);
        return Task.CompletedTask;
    }

    private void End(Exception? failure, int? answered = null)
    {
        bool isGone = _context.RequestAborted.IsCancellationRequested && failure is OperationCanceledException or IOException;
        if (failure is not (null or BadHttpRequestException) && !isGone)
            UnhandledExceptions.Http.Inc();
        Count(answered ?? failure switch
        {
            _ when isGone => ClientClosedRequest,
            _ when _context.Response.HasStarted => _context.Response.StatusCode,
            BadHttpRequestException bad => bad.StatusCode,
            _ => StatusCodes.Status500InternalServerError,
        });
    }

    private void Count(int status)
    {
        if (_isCounted)
            return;
        _isCounted = true;
        HttpMetrics.Active.Dec();
        HttpMetrics.Count(
            _context.Request.Method, (_context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText, status, Stopwatch.GetElapsedTime(_started), _request?.BytesRead ?? 0,
            // The server drops the body of an answer to HEAD.
            HttpMethods.IsHead(_context.Request.Method) ? 0 : _response.Bytes);
    }
}

/// <summary>Puts the measurement of requests around everything else.</summary>
internal sealed class RequestMeasurement : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(MeasuredRequest.RunAsync);
        next(app);
    };
}
