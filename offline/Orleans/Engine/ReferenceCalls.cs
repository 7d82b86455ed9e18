using System.Runtime.CompilerServices;
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
        return new OutgoingCall(call, filters).Invoke();
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
        return Filtered(new OutgoingCall(call, filters));

        static async Task<TResult> Filtered(OutgoingCall context)
        {
            await context.Invoke();
            return context.Response!.GetResult<TResult>();
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
