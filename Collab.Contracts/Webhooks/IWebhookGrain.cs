using System.Collections.Immutable;
using Collab.Contracts.Activity;
using Collab.Contracts.Refusals;
using Orleans.Concurrency;

namespace Collab.Contracts.Webhooks;

/// <summary>Delivers the activity to one configured endpoint, in order, at least once. Its key is the endpoint's name.</summary>
[Alias("collab.IWebhookGrain")]
public interface IWebhookGrain : IGrainWithStringKey
{
    /// <summary>There may be something to deliver. May get lost: the next one does as well.</summary>
    [Alias("Wake"), OneWay]
    Task Wake();

    /// <summary>How the endpoint is doing.</summary>
    /// <returns>The endpoint as it is now; null when there is none of this name.</returns>
    [Alias("Describe")]
    Task<WebhookStatus?> Describe();

    /// <summary>Events that were given up, oldest first; null when there is no endpoint of this name.</summary>
    /// <param name="after">The position of a page's last event; 0 starts with the oldest.</param>
    /// <param name="limit">1 to 1,000; more is taken as that.</param>
    [Alias("ListDeadLetters")]
    Task<DeadLetterPage?> ListDeadLetters(long after, int limit);

    /// <summary>Delivers what was given up once more, oldest first, before anything else; what is not taken stays given up. Goes on by itself; a silo that dies forgets the request.</summary>
    /// <inheritdoc cref="Describe" path="/returns"/>
    [Alias("Redeliver")]
    Task<WebhookStatus?> Redeliver();

    /// <summary>Goes on with an endpoint that was stopped, from where it was.</summary>
    /// <inheritdoc cref="Describe" path="/returns"/>
    [Alias("Resume")]
    Task<WebhookStatus?> Resume();
}

/// <summary>Knows which endpoints there are, for hosts that are not configured with them. Its key means nothing, use <see cref="Key"/>.</summary>
[Alias("collab.IWebhookDirectoryGrain")]
public interface IWebhookDirectoryGrain : IGrainWithStringKey
{
    const string Key = "webhooks";

    /// <summary>All endpoints by name.</summary>
    [Alias("List")]
    Task<ImmutableArray<WebhookStatus>> List();
}

/// <summary>An endpoint at a moment.</summary>
/// <param name="Address">Scheme, host and port: a path often holds a secret.</param>
/// <param name="State"><c>idle</c>, <c>delivering</c>, <c>waiting</c> (for the next round of attempts) or <c>stopped</c> (the receiver answered 410).</param>
/// <param name="Position">Up to here of the activity log everything is handled.</param>
/// <param name="Lag">Events behind the newest.</param>
/// <param name="Breaker"><c>closed</c> or <c>open</c>.</param>
/// <param name="Rounds">Rounds of attempts that the delivery under way has had.</param>
/// <param name="Refusal">The log can't be read; the numbers are those last known.</param>
[GenerateSerializer, Immutable, Alias("collab.WebhookStatus")]
public sealed record WebhookStatus(
    [property: Id(0)] string Name,
    [property: Id(1)] string Address,
    [property: Id(2)] string State,
    [property: Id(3)] long Position,
    [property: Id(4)] long Lag,
    [property: Id(5)] long DeadLetters,
    [property: Id(6)] string Breaker,
    [property: Id(7)] int Rounds,
    [property: Id(8)] DateTimeOffset? NextAttemptAt,
    [property: Id(9)] DateTimeOffset? LastDeliveredAt,
    [property: Id(10)] DateTimeOffset? LastFailedAt,
    [property: Id(11)] string? LastFailure,
    [property: Id(12)] Refusal? Refusal = null) : IRefusable;

/// <summary>Some of an endpoint's dead letters.</summary>
[GenerateSerializer, Immutable, Alias("collab.DeadLetterPage")]
public sealed record DeadLetterPage([property: Id(0)] ImmutableArray<DeadLetterEntry> Letters, [property: Id(1)] Refusal? Refusal = null) : IRefusable;

/// <summary>An event that was given up.</summary>
/// <param name="Rounds">Rounds of attempts that its delivery had.</param>
[GenerateSerializer, Immutable, Alias("collab.DeadLetterEntry")]
public sealed record DeadLetterEntry(
    [property: Id(0)] ActivityEvent Event, [property: Id(1)] int Rounds, [property: Id(2)] string Failure, [property: Id(3)] DateTimeOffset At);
