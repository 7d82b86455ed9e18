using Collab.Contracts;

namespace Collab.Web.Delivery;

internal sealed partial class DocumentFeed
{
    [LoggerMessage(1, LogLevel.Debug, "Feed of {Document} could not unsubscribe ({Failure}); its subscription expires by itself.")]
    private partial void LogNotUnsubscribed(DocumentId document, string failure);

    [LoggerMessage(2, LogLevel.Warning, "Feed of {Document} could not renew its subscription ({Failure}); the next round tries again.")]
    private partial void LogNotRenewed(DocumentId document, string failure);

    [LoggerMessage(3, LogLevel.Warning, "Feed of {Document} could not read what it misses ({Failure}).")]
    private partial void LogNotRead(DocumentId document, string failure);

    [LoggerMessage(4, LogLevel.Warning, "Feed of {Document} can't read on from revision {Revision}; it goes on at {Head}, and its connections are brought up one by one.")]
    private partial void LogRestarted(DocumentId document, Revision revision, Revision head);
}
