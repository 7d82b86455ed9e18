using System.Globalization;
using System.Text.Json;
using Collab.Contracts.Refusals;
using Collab.Observability;

namespace Collab.Web.Api;

/// <summary>Problem details (RFC 9457) of a refusal: the protocol's words beside the status.</summary>
/// <param name="Reason">The error code of <c>docs/protocol.md</c>.</param>
/// <param name="Action"><c>retry</c>, <c>resync</c> or <c>give_up</c>.</param>
/// <param name="RetryAfter">Milliseconds, where known.</param>
/// <param name="Conflicts">What an operation ran into that was refused under the policy <c>strict</c>.</param>
internal sealed record Problem(
    string Type, string Title, int Status, string Detail, string Reason, string Action, long? RetryAfter, JsonElement? Conflicts);

/// <summary>Answers a refusal over REST.</summary>
internal static class Problems
{
    public const string Media = "application/problem+json";

    public static IResult Of(Refusal refusal)
    {
        string code = refusal.Reason.Code();
        CollabActivities.Refused(code);
        var problem = new Problem(
            $"urn:collab:error:{code}", code.Replace('_', ' '), Status(refusal.Reason), refusal.Detail, code, refusal.Reason.Action(),
            (long?)refusal.RetryAfter?.TotalMilliseconds,
            refusal.Conflicts.IsEmpty ? null : JsonElement.Parse(refusal.Conflicts.Span));
        var json = Results.Json(problem, ApiJson.Default.Problem, Media, problem.Status);
        return refusal.RetryAfter is { } after ? new Later(json, after) : json;
    }

    /// <summary>An answer with <c>Retry-After</c>, which proxies and HTTP clients know; it has whole seconds only.</summary>
    private sealed class Later(IResult answer, TimeSpan after) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.RetryAfter = Math.Ceiling(after.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return answer.ExecuteAsync(httpContext);
        }
    }

    private static int Status(RefusalReason reason) => reason switch
    {
        RefusalReason.StorageUnavailable or RefusalReason.ServerShutdown => StatusCodes.Status503ServiceUnavailable,
        RefusalReason.Timeout => StatusCodes.Status504GatewayTimeout,
        RefusalReason.Overloaded or RefusalReason.RateLimited or RefusalReason.TooManyConnections or RefusalReason.TooManySessions or RefusalReason.TooManyDocuments => StatusCodes.Status429TooManyRequests,
        RefusalReason.DocumentNotFound or RefusalReason.NotJoined => StatusCodes.Status404NotFound,
        RefusalReason.MessageTooLarge or RefusalReason.OperationTooLarge or RefusalReason.DocumentTooLong => StatusCodes.Status413PayloadTooLarge,
        RefusalReason.RevisionUnavailable => StatusCodes.Status410Gone,
        RefusalReason.Malformed or RefusalReason.UnsupportedVersion => StatusCodes.Status400BadRequest,
        RefusalReason.DocumentDamaged => StatusCodes.Status500InternalServerError,
        RefusalReason.TokenInvalid or RefusalReason.Forbidden => StatusCodes.Status403Forbidden,
        RefusalReason.Unauthenticated => StatusCodes.Status401Unauthorized,
        _ when !Enum.IsDefined(reason) => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status409Conflict,
    };
}
