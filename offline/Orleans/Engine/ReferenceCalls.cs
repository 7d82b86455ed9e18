using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Orleans.Runtime;

namespace Orleans.Engine;

/// <summary>What the bodies of emitted references call, one per shape of return type.</summary>
internal static class ReferenceCalls
{
    public static Task Task<TArguments>(GrainReference target, TArguments arguments, GrainMethod<TArguments> method)
        where TArguments : struct, ITuple
    {
        var call = new CallWithoutResult<TArguments>(target, method, arguments);
        var filters = target.Runtime.OutgoingFilters;
        if (filters.Length == 0)
        {
            target.Runtime.Send(call);
            return call.Completion;
        }
        return Filtered(new OutgoingCall(call, filters));

        static async Task Filtered(OutgoingCall filtered)
        {
            await filtered.Begin();
            if (filtered.Given is { Exception: { } failure })
                ExceptionDispatchInfo.Throw(failure);
        }
    }

    public static Task<TResult> TaskOf<TArguments, TResult>(GrainReference target, TArguments arguments, GrainMethod<TArguments, TResult> method)
        where TArguments : struct, ITuple
    {
        var call = new CallWithResult<TArguments, TResult>(target, method, arguments);
        var filters = target.Runtime.OutgoingFilters;
        if (filters.Length == 0)
        {
            target.Runtime.Send(call);
            return call.Completion;
        }
        return Filtered(new OutgoingCall(call, filters), call);

        static async Task<TResult> Filtered(OutgoingCall filtered, CallWithResult<TArguments, TResult> call)
        {
            await filtered.Begin();
            return filtered.Given is { } given ? given.GetResult<TResult>() : call.Completion.Result;
        }
    }

    public static ValueTask ValueTask<TArguments>(GrainReference target, TArguments arguments, GrainMethod<TArguments> method)
        where TArguments : struct, ITuple => new(Task(target, arguments, method));

    public static ValueTask<TResult> ValueTaskOf<TArguments, TResult>(
        GrainReference target, TArguments arguments, GrainMethod<TArguments, TResult> method)
        where TArguments : struct, ITuple => new(TaskOf(target, arguments, method));

    public static void Void<TArguments>(GrainReference target, TArguments arguments, GrainMethod<TArguments> method)
        where TArguments : struct, ITuple => _ = Task(target, arguments, method);
}
