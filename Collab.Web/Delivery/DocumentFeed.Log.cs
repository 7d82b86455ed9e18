using Collab.Contracts;

namespace Collab.Web.Delivery;

internal sealed partial class DocumentFeed
{
    [LoggerMessage(3101, LogLevel.Debug, "Feed of {Document} could not unsubscribe ({Failure}); its subscription expires by itself.")]
    private partial void LogNotUnsubscribed(DocumentId document, string failure);

    [LoggerMessage(3102, LogLevel.Warning, "Feed of {Document} could not renew its subscription ({Failure}); the next round tries again.")]
    private partial void LogNotRenewed(DocumentId document, string failure);
}
