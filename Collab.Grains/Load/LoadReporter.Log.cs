using Microsoft.Extensions.Logging;

namespace Collab.Grains.Load;

public sealed partial class LoadReporter
{
    [LoggerMessage(1141, LogLevel.Information, "Document {Document} is hot: {OperationsPerSecond} operations a second, {Sessions} sessions on {Hosts} web hosts (Collab:Documents:HotOperationsPerSecond).")]
    private partial void LogHot(DocumentId document, long operationsPerSecond, int sessions, int hosts);

    [LoggerMessage(1142, LogLevel.Debug, "This silo's load could not be told to the cluster: {Why}")]
    private partial void LogNotTold(string why);
}
