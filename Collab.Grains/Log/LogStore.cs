using Collab.Grains.Access;
using Collab.Grains.Activity;

namespace Collab.Grains.Log;

/// <summary>What the options chose, opened once: the operations, and beside them the activity, and who may do what.</summary>
internal sealed class LogStore(IOperationLog operations, IActivityLog activity, IAccessStore access) : IDisposable
{
    public IOperationLog Operations => operations;

    public IActivityLog Activity => activity;

    public IAccessStore Access => access;

    public void Dispose() => (operations as IDisposable)?.Dispose();
}
