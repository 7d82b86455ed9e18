namespace Collab.Silo.Operators;

/// <summary>Says who runs the system.</summary>
internal interface IOperators
{
    /// <summary>The status with which a request is to be refused, 401 or 403; null for an operator's.</summary>
    ValueTask<int?> RefuseAsync(HttpContext context);
}

/// <summary>The operators of a host that knows nobody by name, a silo: who reaches their own port, or, where there is none, whoever is on this machine.</summary>
internal sealed class LocalOperators(OperationsListener listener) : IOperators
{
    public ValueTask<int?> RefuseAsync(HttpContext context) =>
        ValueTask.FromResult<int?>(listener.Has(context) || OwnMachine.IsBehind(context) ? null : StatusCodes.Status403Forbidden);
}
