using Collab.Contracts.Refusals;
using Prometheus;

namespace Collab.Web.Security;

/// <summary>How it goes with credentials, see the catalogue of metrics in <c>docs/</c>.</summary>
internal static class AccessMetrics
{
    public const string Handshake = "handshake";
    public const string Request = "request";
    public const string Message = "message";

    /// <summary>A request for what is operators' alone, or of <c>/health</c>, which tells them more.</summary>
    public const string Operator = "operator";

    private static readonly Counter Attempts = Metrics.CreateCounter(
        "collab_auth_attempts_total", "Times that somebody was to say who they are, by what came of it.", "result", "kind");

    public static void Attempt(Identification identification, string kind) => Attempts.WithLabels(
        identification switch
        {
            { Caller.Subject: not null } => "accepted",
            { Caller: not null } => "anonymous",
            { Refusal.Reason: RefusalReason.Unauthenticated } => "refused",
            { Refusal: not null } => "failed",
            _ => "missing",
        },
        kind).Inc();

    /// <summary>A connection was closed because nobody was known behind it in time.</summary>
    public static void TimedOut() => Attempts.WithLabels("timeout", Message).Inc();
}
