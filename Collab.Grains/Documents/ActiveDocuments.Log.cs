using Microsoft.Extensions.Logging;

namespace Collab.Grains.Documents;

public sealed partial class ActiveDocuments
{
    [LoggerMessage(1131, LogLevel.Information, "{Evicted} documents that nobody is in are deactivated to make room; {Active} stay, with {Bytes} bytes.")]
    private partial void LogEvicted(int evicted, long active, long bytes);
}
