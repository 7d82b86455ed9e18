using Microsoft.Extensions.Logging;

namespace Collab.Grains.Documents;

public sealed partial class ActiveDocuments
{
    [LoggerMessage(1131, LogLevel.Information, "{Evicted} documents that nobody is in are deactivated to make room; {Active} stay, with {Bytes} bytes.")]
    private partial void LogEvicted(int evicted, long active, long bytes);

    [LoggerMessage(1132, LogLevel.Warning, "{Used} bytes of the {Available} that this process may have are in use, over Collab:Documents:MemoryUseLimit; {Evicted} documents that nobody is in are deactivated, {Active} stay, with {Bytes} bytes.")]
    private partial void LogRelieved(long used, long available, int evicted, long active, long bytes);
}
