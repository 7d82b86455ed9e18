namespace Collab.Silo.Operators;

/// <summary>Stands before the endpoints that are operators' alone.</summary>
internal static class OperatorsOnly
{
    public static void Apply(EndpointBuilder endpoint)
    {
        var next = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = async context =>
        {
            var listener = context.RequestServices.GetRequiredService<OperationsListener>();
            if (listener.IsOwn && !listener.Has(context))
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
            }
            else if (await context.RequestServices.GetRequiredService<IOperators>().RefuseAsync(context) is { } status)
            {
                context.Response.StatusCode = status;
                await context.Response.WriteAsync("This is for operators: an API key with IsOperator (Collab:Access:ApiKeys), or the port Collab:Operations:Port.");
            }
            else
            {
                await next(context);
            }
        };
    }

    /// <summary>Whether an operator asks, where operators are answered.</summary>
    public static async ValueTask<bool> IsOperatorAsync(this HttpContext context)
    {
        var listener = context.RequestServices.GetRequiredService<OperationsListener>();
        return (!listener.IsOwn || listener.Has(context)) && await context.RequestServices.GetRequiredService<IOperators>().RefuseAsync(context) is null;
    }
}
