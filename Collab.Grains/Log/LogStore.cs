using Collab.Grains.Activity;

namespace Collab.Grains.Log;

/// <summary>What the options chose, opened once: the operations, and beside them the activity.</summary>
internal sealed class LogStore(IOperationLog operations, IActivityLog activity) : IDisposable
{
    public IOperationLog Operations => operations;

    public IActivityLog Activity => activity;

    public void Dispose() => (operations as IDisposable)?.Dispose();
}
