using Collab.Contracts.Refusals;
using Collab.Web.Api;
using Collab.Web.Connections;

namespace Collab.Web.Security;

/// <summary>Stands before the endpoints of hub and API: whoever gets through has a <see cref="Caller"/>, and is no page of a foreign origin.</summary>
internal static class RequestAccess
{
    /// <summary>Wraps an endpoint of the API: no credential where one is needed, or a bad one, is answered with 401.</summary>
    public static void ApplyToApi(EndpointBuilder endpoint)
    {
        var next = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = async context =>
        {
            SecurityHeaders.SetForApi(context.Response);
            // Reading is left to the browser, which shows a page nothing of another origin. Changing must not even be tried, with a visitor's cookies.
            if (!IsSafe(context.Request.Method) && !context.RequestServices.GetRequiredService<OriginCheck>().IsAllowed(context.Request))
            {
                await Problems.Of(new Refusal(RefusalReason.Forbidden, "Pages of this origin may change nothing here (Collab:Browsers:AllowedOrigins).")).ExecuteAsync(context);
                return;
            }

            var identification = await context.RequestServices.GetRequiredService<CallerAuthentication>().IdentifyAsync(context, AccessMetrics.Request);
            if (identification.Caller is { } caller)
            {
                Set(context, caller);
                await next(context);
                return;
            }

            await RefuseAsync(context, identification.Refusal ?? Identification.Missing);
        };
    }

    /// <summary>Wraps the hub's endpoint: a page of a foreign origin is answered with 403, a bad credential with 401; without any the connection may still say who it is.</summary>
    public static void ApplyToHandshake(EndpointBuilder endpoint)
    {
        var next = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = async context =>
        {
            SecurityHeaders.SetForApi(context.Response);
            if (!context.RequestServices.GetRequiredService<OriginCheck>().IsAllowed(context.Request))
            {
                ConnectionMetrics.HandshakeUnauthorized.Inc();
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                await context.Response.WriteAsync("Pages of this origin may not connect (Collab:Browsers:AllowedOrigins).");
                return;
            }

            var identification = await context.RequestServices.GetRequiredService<CallerAuthentication>().IdentifyAsync(context, AccessMetrics.Handshake);
            if (identification.Refusal is { } refusal)
            {
                if (refusal.Reason == RefusalReason.Unauthenticated)
                    ConnectionMetrics.HandshakeUnauthorized.Inc();
                await RefuseAsync(context, refusal);
                return;
            }

            if (identification.Caller is { } caller)
                Set(context, caller);
            await next(context);
        };
    }

    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    private static void Set(HttpContext context, Caller caller)
    {
        context.User = caller.Principal;
        context.Features.Set(caller);
    }

    private static Task RefuseAsync(HttpContext context, Refusal refusal)
    {
        if (refusal.Reason == RefusalReason.Unauthenticated)
            context.Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.Of(refusal).ExecuteAsync(context);
    }
}
