namespace Collab.Grains.Webhooks;

/// <summary>How a round of attempts to deliver ended: the values of the metric label <c>outcome</c>.</summary>
internal enum WebhookOutcome
{
    /// <summary>The receiver has it: 2xx.</summary>
    Delivered,

    /// <summary>No answer, or one that may be another later: a connection that failed, a timeout, 3xx, 408, 429, 5xx; or the breaker was open.</summary>
    Unavailable,

    /// <summary>The receiver does not want this one: any other 4xx.</summary>
    Refused,

    /// <summary>The receiver wants nothing any more: 410.</summary>
    Gone,
}

/// <param name="Detail">What to tell operators: a status, or the kind of failure. Never what the receiver wrote.</param>
/// <param name="RetryAfter">When the receiver wants to be asked again, or the breaker lets a call through.</param>
/// <param name="IsTried">Whether a request was made: an open breaker makes none.</param>
internal sealed record WebhookAnswer(WebhookOutcome Outcome, string Detail, TimeSpan? RetryAfter = null, bool IsTried = true);
