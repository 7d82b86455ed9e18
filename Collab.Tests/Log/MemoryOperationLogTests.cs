using Collab.Grains.Log;

namespace Collab.Tests.Log;

public sealed class MemoryOperationLogTests : OperationLogTests
{
    protected override IOperationLog Log { get; } = new MemoryOperationLog();
}
