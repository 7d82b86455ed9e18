using System.Diagnostics;
using Orleans.Runtime;

namespace Orleans.Diagnostics;

/// <summary>A span around a call, on either side, as Orleans' <c>ActivityPropagationGrainCallFilter</c> makes it: the same names, tags, and keys in the request context.</summary>
internal static class ActivityPropagation
{
    public static ActivitySource SourceOf(IGrainCallContext context) =>
        context.Request.GetInterfaceType().Namespace?.StartsWith("Orleans", StringComparison.Ordinal) == true ? ActivitySources.RuntimeGrainSource : ActivitySources.ApplicationGrainSource;

    public static async Task Process(IGrainCallContext context, Activity activity)
    {
        activity.SetTag("rpc.system.name", "orleans");
        activity.SetTag("orleans.rpc.service", context.InterfaceName);
        activity.SetTag("rpc.method", $"{context.InterfaceName}/{context.MethodName}");
        if (activity.IsAllDataRequested)
        {
            activity.SetTag("orleans.rpc.target_id", context.TargetId.ToString());
            if (context.SourceId is { } source)
                activity.SetTag("orleans.rpc.source_id", source.ToString());
        }

        try
        {
            await context.Invoke();
        }
        catch (Exception failure) when (activity.IsAllDataRequested)
        {
            activity.SetStatus(ActivityStatusCode.Error);
            activity.SetTag("exception.type", failure.GetType().FullName);
            activity.SetTag("exception.message", failure.Message);
            activity.SetTag("exception.stacktrace", failure.ToString());
            activity.SetTag("exception.escaped", true);
            throw;
        }
        finally
        {
            activity.Stop();
        }
    }
}

/// <summary>At the caller: what it is part of goes with the call.</summary>
internal sealed class ActivityPropagationOutgoingGrainCallFilter(DistributedContextPropagator propagator) : IOutgoingGrainCallFilter
{
    // Not async: what is set here is set for the caller, too, as in Orleans.
    public Task Invoke(IOutgoingGrainCallContext context)
    {
        if (ActivityPropagation.SourceOf(context).StartActivity(context.Request.GetActivityName(), ActivityKind.Client) is not { } activity)
            return context.Invoke();
        propagator.Inject(activity, null, static (_, key, value) => RequestContext.Set(key, value));
        return ActivityPropagation.Process(context, activity);
    }
}

/// <summary>At the grain: it goes on with what the caller was part of.</summary>
internal sealed class ActivityPropagationIncomingGrainCallFilter(DistributedContextPropagator propagator) : IIncomingGrainCallFilter
{
    public Task Invoke(IIncomingGrainCallContext context)
    {
        propagator.ExtractTraceIdAndState(null, Read, out string? parent, out string? state);
        var source = ActivityPropagation.SourceOf(context);
        string name = context.Request.GetActivityName();
        var activity = string.IsNullOrEmpty(parent) ? source.CreateActivity(name, ActivityKind.Server)
            : ActivityContext.TryParse(parent, state, isRemote: true, out var remote) ? source.CreateActivity(name, ActivityKind.Server, remote)
            : source.CreateActivity(name, ActivityKind.Server, parent);
        if (activity is null)
            return context.Invoke();
        if (!string.IsNullOrEmpty(parent))
        {
            if (!string.IsNullOrEmpty(state))
                activity.TraceStateString = state;
            foreach (var (key, value) in propagator.ExtractBaggage(null, Read) ?? [])
                activity.AddBaggage(key, value);
        }

        activity.Start();
        return ActivityPropagation.Process(context, activity);
    }

    private static void Read(object? carrier, string key, out string? value, out IEnumerable<string>? values)
    {
        values = null;
        value = RequestContext.Get(key) as string;
    }
}
