using Collab.Contracts.Refusals;
using Collab.Observability;

namespace Collab.Silo.Tracing;

/// <summary>A refusal is an answer like any other to the engine; here the spans of such calls become errors, on both sides. Stands within the engine's own filters, which make the spans.</summary>
internal sealed class TracedRefusals : IIncomingGrainCallFilter, IOutgoingGrainCallFilter
{
    public Task Invoke(IIncomingGrainCallContext context) => InvokeAsync(context);

    public Task Invoke(IOutgoingGrainCallContext context) => InvokeAsync(context);

    private static async Task InvokeAsync(IGrainCallContext context)
    {
        await context.Invoke();
        if (context.Result is IRefusable { Refusal: { } refusal })
            CollabActivities.Refused(refusal.Reason.Code());
    }
}
