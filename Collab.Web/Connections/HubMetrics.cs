using Collab.Observability;
using Collab.Web.Messages;
using Microsoft.AspNetCore.SignalR;

namespace Collab.Web.Connections;

/// <summary>Counts the messages of clients where they are handled, and what nobody had foreseen in handling them.</summary>
/// <remarks>The hub's methods answer through outboxes and wait for nothing: their tasks are complete when they return, and nothing is made here to wait for them.</remarks>
internal sealed class HubMetrics : IHubFilter
{
    public ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        ConnectionMetrics.Received(invocationContext.HubMethodName, ((ClientMessage)invocationContext.HubMethodArguments[0]!).Bytes);
        var handling = next(invocationContext);
        return handling.IsCompletedSuccessfully ? handling : AwaitAsync(handling);
    }

    private static async ValueTask<object?> AwaitAsync(ValueTask<object?> handling)
    {
        try
        {
            return await handling;
        }
        catch
        {
            UnhandledExceptions.Hub.Inc();
            throw;
        }
    }
}
