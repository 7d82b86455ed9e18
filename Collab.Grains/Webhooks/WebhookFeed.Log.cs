using Microsoft.Extensions.Logging;

namespace Collab.Grains.Webhooks;

internal sealed partial class WebhookFeed
{
    [LoggerMessage(2501, LogLevel.Warning, "Webhook {Endpoint}: delivery {Delivery} was not taken in round {Round}: {Failure}. It is tried again.")]
    private partial void LogUnavailable(string endpoint, string delivery, int round, string failure);

    [LoggerMessage(2502, LogLevel.Error, "Webhook {Endpoint}: delivery {Delivery} with {Events} events is given up after round {Round}: {Failure}. They are kept as dead letters.")]
    private partial void LogGivenUp(string endpoint, string delivery, int events, int round, string failure);

    [LoggerMessage(2503, LogLevel.Error, "Webhook {Endpoint}: the receiver answered 410 and gets nothing more, until {Section}:{Endpoint}:Url is another or it is resumed.")]
    private partial void LogGone(string endpoint, string section);

    [LoggerMessage(2504, LogLevel.Warning, "Webhook {Endpoint}: the activity log is away: {Failure}")]
    private partial void LogNoLog(string endpoint, string failure);
}
