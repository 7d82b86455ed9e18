using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace Collab.Silo.Tracing;

/// <summary>
/// ASP.NET Core's span of a request is kept for the API, and says which endpoint it was. Of others it is dropped before anything is part of it: a WebSocket's request is as long as its connection, whose messages are traces of
/// their own; scrapes and probes would be most of all traces.
/// </summary>
internal sealed class TracedRequests : IStartupFilter
{
    private const string Unmatched = "unmatched";
    private const string OtherMethod = "_OTHER";

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(InvokeAsync);
        next(app);
    };

    private static Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Features.Get<IHttpActivityFeature>()?.Activity is not { IsAllDataRequested: true } span)
            return next(http);
        if (http.Request.Path.StartsWithSegments("/api"))
            return FollowAsync(http, next, span);
        span.IsAllDataRequested = false;
        span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        return next(http);
    }

    private static async Task FollowAsync(HttpContext http, RequestDelegate next, Activity span)
    {
        try
        {
            await next(http);
        }
        finally
        {
            // Where there is an endpoint the method is one that it takes; else it may be any word.
            string? route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
            string method = route is null ? OtherMethod : http.Request.Method;
            span.DisplayName = $"{method} {route ?? Unmatched}";
            span.SetTag("http.request.method", method);
            span.SetTag("http.route", route ?? Unmatched);
            span.SetTag("http.response.status_code", http.Response.StatusCode);
            if (http.Response.StatusCode >= StatusCodes.Status500InternalServerError)
                span.SetStatus(ActivityStatusCode.Error);
        }
    }
}
