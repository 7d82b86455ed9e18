using System.Text.Json;
using Collab.Contracts.Refusals;
using Microsoft.AspNetCore.Mvc;

namespace Collab.Web.Api;

/// <summary>A refusal as problem details (RFC 9457): the protocol's <c>reason</c>, <c>action</c> and, where known, <c>retryAfter</c> beside the status.</summary>
internal static class Problems
{
    private const string Media = "application/problem+json";

    public static IResult Of(Refusal refusal) => Results.Json(Details(refusal), ApiJson.Default.ProblemDetails, Media, Status(refusal.Reason));

    public static Task WriteAsync(HttpContext context, Refusal refusal) => Of(refusal).ExecuteAsync(context);

    public static int Status(RefusalReason reason) => reason switch
    {
        RefusalReason.StorageUnavailable or RefusalReason.ServerShutdown => StatusCodes.Status503ServiceUnavailable,
        RefusalReason.Timeout => StatusCodes.Status504GatewayTimeout,
        RefusalReason.Overloaded or RefusalReason.TooManySessions or RefusalReason.TooManyDocuments => StatusCodes.Status429TooManyRequests,
        RefusalReason.DocumentNotFound => StatusCodes.Status404NotFound,
        RefusalReason.MessageTooLarge or RefusalReason.OperationTooLarge or RefusalReason.DocumentTooLong => StatusCodes.Status413PayloadTooLarge,
        RefusalReason.RevisionUnavailable => StatusCodes.Status410Gone,
        RefusalReason.Malformed or RefusalReason.UnsupportedVersion => StatusCodes.Status400BadRequest,
        RefusalReason.TokenInvalid => StatusCodes.Status403Forbidden,
        _ => StatusCodes.Status409Conflict,
    };

    private static ProblemDetails Details(Refusal refusal)
    {
        string code = refusal.Reason.Code();
        var problem = new ProblemDetails
        {
            Type = $"urn:collab:error:{code}",
            Title = code.Replace('_', ' '),
            Status = Status(refusal.Reason),
            Detail = refusal.Detail,
        };
        problem.Extensions["reason"] = Element(code);
        problem.Extensions["action"] = Element(refusal.Reason.Action());
        if (refusal.RetryAfter is { } after)
            problem.Extensions["retryAfter"] = JsonElement.Parse(((long)after.TotalMilliseconds).ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (!refusal.Conflicts.IsEmpty)
            problem.Extensions["conflicts"] = JsonElement.Parse(refusal.Conflicts.Span);
        return problem;
    }

    private static JsonElement Element(string word) => JsonElement.Parse($"\"{word}\"");
}
