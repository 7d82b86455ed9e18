using Collab.Grains.Activity;
using Collab.Grains.Log;
using Collab.Observability;
using Microsoft.Extensions.Logging;

namespace Collab.Grains.Webhooks;

/// <summary>
/// One endpoint's way through the activity, step by step: make up a delivery, note it, post it, and go on or try again. Steps are made by one caller at a time.
/// </summary>
/// <remarks>
/// Keeps: deliveries in the order of positions, the next one only when this one is taken or given up; the cursor passes a delivery only then, and a delivery that was begun is noted before its first request, so that
/// whoever comes after a crash posts the very same one again.
/// </remarks>
internal sealed partial class WebhookFeed(WebhookEndpoint endpoint, IActivityLog log, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);

    private readonly string _consumer = Consumer(endpoint.Name);
    private readonly WebhookReader _reader = new(endpoint, log, time);
    private long _position;
    private WebhookNote _note = WebhookNote.None;
    private WebhookDelivery? _pending;
    private bool _isLoaded;
    private bool _isSaved = true;
    private DateTimeOffset _notBefore;
    private int _troubles;

    public bool IsStopped => _note.StoppedAt is { } address && address == WebhookNote.Digest(endpoint.Options.Url);

    public long Position => _position;

    public bool HasPending => _pending is not null;

    /// <summary>Rounds of attempts that the delivery under way has had.</summary>
    public int Rounds { get; private set; }

    public DateTimeOffset? NextAttemptAt => _notBefore > time.GetUtcNow() ? _notBefore : null;

    public DateTimeOffset? LastDeliveredAt { get; private set; }

    public DateTimeOffset? LastFailedAt { get; private set; }

    public string? LastFailure { get; private set; }

    public static string Consumer(string endpoint) => $"webhook:{endpoint}";

    /// <summary>Does the next thing that there is to do.</summary>
    /// <returns>After how long the next step is due; null when there is nothing to do until something happens.</returns>
    public async Task<TimeSpan?> StepAsync(CancellationToken cancellation)
    {
        if (NextAttemptAt is { } due)
            return due - time.GetUtcNow();
        try
        {
            if (!_isLoaded)
                await LoadAsync(cancellation);
            if (IsStopped)
            {
                await CloseAsync(cancellation);
                return null;
            }

            _pending ??= await MakeUpAsync(cancellation);
            await MeasureLagAsync(cancellation);
            if (_pending is null)
                return _isSaved ? null : TimeSpan.Zero;
            return await PostAsync(_pending, cancellation);
        }
        catch (LogUnavailableException failure)
        {
            // What is in memory goes on; what had to be noted is noted by the next step.
            ErrorMetrics.Count(ErrorComponent.Webhook, "log_away");
            LogNoLog(endpoint.Name, failure.Message);
            return Pause(failure.RetryAfter);
        }
    }

    /// <summary>Goes on although the receiver answered 410.</summary>
    public async Task ResumeAsync(CancellationToken cancellation)
    {
        if (!_isLoaded)
            await LoadAsync(cancellation);
        (_note, _isSaved, _notBefore, _troubles) = (_note with { StoppedAt = null, Since = _note.Since is null ? null : time.GetUtcNow() }, false, default, 0);
        await SaveAsync(cancellation);
    }

    /// <summary>Notes how far it has got, if that is not yet noted.</summary>
    public async Task CloseAsync(CancellationToken cancellation)
    {
        if (_isLoaded && !_isSaved)
            await SaveAsync(cancellation);
    }

    private async Task LoadAsync(CancellationToken cancellation)
    {
        // Who is new begins with what comes.
        var cursor = await log.ReadCursorAsync(_consumer, cancellation)
            ?? await log.WriteCursorAsync(_consumer, new ConsumerCursor(await log.ReadHeadAsync(cancellation)), cancellation);
        Take(cursor);
        endpoint.Metrics.DeadLetters.Set(await log.CountDeadLettersAsync(_consumer, cancellation));
        _isLoaded = true;
    }

    private void Take(ConsumerCursor cursor) => (_position, _note, _pending, _isSaved) = (cursor.Position, WebhookNote.Of(cursor), null, true);

    private async Task<WebhookDelivery?> MakeUpAsync(CancellationToken cancellation)
    {
        var (events, to, _) = await _reader.ReadAsync(_position, _note.To, cancellation);
        if (events.IsEmpty)
        {
            // Nothing of it is wanted; or what was begun has been trimmed since.
            if (to > _position || _note.To is not null)
                (_position, _note, _isSaved) = (Math.Max(to, _note.To ?? to), WebhookNote.None, false);
            else if (!_isSaved)
                await SaveAsync(cancellation);
            return null;
        }

        // Another end than was noted: the limit was set lower since.
        if (_note.To != to || !_isSaved)
        {
            (_note, _isSaved) = (new WebhookNote(to, _note.Since ?? time.GetUtcNow()), false);
            if (!await SaveAsync(cancellation))
                return null;
        }

        Rounds = 0;
        return new WebhookDelivery(endpoint.Name, events);
    }

    private async Task<TimeSpan?> PostAsync(WebhookDelivery delivery, CancellationToken cancellation)
    {
        var answer = await endpoint.PostAsync(delivery.Id, delivery.Body, cancellation);
        Rounds += answer.IsTried ? 1 : 0;
        if (answer.Outcome != WebhookOutcome.Delivered)
            (LastFailedAt, LastFailure) = (time.GetUtcNow(), answer.Detail);
        switch (answer.Outcome)
        {
            case WebhookOutcome.Delivered:
                endpoint.Metrics.Deliveries("delivered").Inc();
                endpoint.Metrics.Events("delivered").Inc(delivery.Events.Length);
                LastDeliveredAt = time.GetUtcNow();
                Pass();
                return TimeSpan.Zero;
            case WebhookOutcome.Gone:
                endpoint.Metrics.Deliveries("gone").Inc();
                ErrorMetrics.Count(ErrorComponent.Webhook, "gone");
                LogGone(endpoint.Name, WebhooksOptions.Section);
                (_note, _isSaved) = (_note with { StoppedAt = WebhookNote.Digest(endpoint.Options.Url) }, false);
                await SaveAsync(cancellation);
                return null;
            case WebhookOutcome.Refused:
                endpoint.Metrics.Deliveries("refused").Inc();
                await GiveUpAsync(delivery, answer.Detail, cancellation);
                return TimeSpan.Zero;
            case WebhookOutcome.Unavailable when answer.IsTried && time.GetUtcNow() - _note.Since >= endpoint.Options.GiveUpAfter:
                endpoint.Metrics.Deliveries("given_up").Inc();
                await GiveUpAsync(delivery, answer.Detail, cancellation);
                return TimeSpan.Zero;
            default:
                if (answer.IsTried)
                {
                    endpoint.Metrics.Deliveries("failed").Inc();
                    ErrorMetrics.Count(ErrorComponent.Webhook, "not_taken");
                    LogUnavailable(endpoint.Name, delivery.Id, Rounds, answer.Detail);
                }

                return Pause(answer.RetryAfter);
        }
    }

    private async Task GiveUpAsync(WebhookDelivery delivery, string failure, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await log.AddDeadLettersAsync([.. delivery.Events.Select(happened => new DeadLetter(_consumer, happened, Rounds, failure.Length > 500 ? failure[..500] : failure, now))], cancellation);
        endpoint.Metrics.Events("dead_letter").Inc(delivery.Events.Length);
        ErrorMetrics.Count(ErrorComponent.Webhook, "given_up");
        LogGivenUp(endpoint.Name, delivery.Id, delivery.Events.Length, Rounds, failure);
        Pass();
        while (await log.TrimDeadLettersAsync(_consumer, now - endpoint.Options.DeadLettersRetention, endpoint.Options.DeadLettersLimit, 1_000, cancellation) == 1_000)
        {
        }

        endpoint.Metrics.DeadLetters.Set(await log.CountDeadLettersAsync(_consumer, cancellation));
    }

    // Noted together with the next delivery, or when there is none: one write for each.
    private void Pass() => (_position, _note, _pending, _isSaved, _troubles) = (_note.To!.Value, WebhookNote.None, null, false, 0);

    /// <returns>False when another activation is further: then its place is taken over.</returns>
    private async Task<bool> SaveAsync(CancellationToken cancellation)
    {
        var cursor = await log.WriteCursorAsync(_consumer, _note.At(_position), cancellation);
        if (cursor.Position > _position)
        {
            Take(cursor);
            return false;
        }

        _isSaved = true;
        return true;
    }

    private async Task MeasureLagAsync(CancellationToken cancellation) => endpoint.Metrics.Lag.Set(Math.Max(0, await log.ReadHeadAsync(cancellation) - _position));

    private TimeSpan Pause(TimeSpan? least)
    {
        var limit = endpoint.Options.RetryPauseLimit;
        var grown = FirstPause * Math.Pow(2, Math.Min(_troubles++, 16));
        // A quarter of it is left to chance, so that endpoints that failed together don't come back together.
        var pause = (grown < limit ? grown : limit) * (0.75 + (0.25 * Random.Shared.NextDouble()));
        if (least > pause)
            pause = least.Value;
        _notBefore = time.GetUtcNow() + pause;
        return pause;
    }
}
