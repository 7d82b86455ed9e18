using System.Runtime.CompilerServices;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.Engine;

/// <summary>A call whose caller awaits a result. Marked one-way, the caller gets the type's default at once.</summary>
internal sealed class CallWithResult<TArguments, TResult>(
    GrainReference reference, GrainMethod<TArguments, TResult> method, TArguments arguments)
    : ReferenceCall<TArguments>(reference, method, arguments)
    where TArguments : struct, ITuple
{
    private readonly TaskCompletionSource<TResult>? _completion =
        method.IsOneWay ? null : new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override Task<TResult> Completion => _completion?.Task ?? Task.FromResult<TResult>(default!);

    public override bool IsSettled => _completion is { Task.IsCompleted: true };

    public override void Run()
    {
        try
        {
            var task = method.Invoke(Target!, Arguments);
            if (!task.IsCompletedSuccessfully)
            {
                _ = Await(task);
                return;
            }
            Complete(task.Result);
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
        Owner!.OnCompleted(this);
    }

    public override Task Begin()
    {
        try
        {
            return method.Invoke(Target!, Arguments).AsTask();
        }
        catch (Exception exception)
        {
            return Task.FromException<TResult>(exception);
        }
    }

    public override object? ResultOf(Task succeeded) => ((Task<TResult>)succeeded).Result;

    public override void Settle(Task ended)
    {
        if (ended.IsCompletedSuccessfully)
            Complete(((Task<TResult>)ended).Result);
        else
            Fail(FailureOf(ended));
    }

    public override void Settle(Response response)
    {
        if (response.Exception is { } exception)
            Fail(exception);
        else
            Complete(response.GetResult<TResult>());
    }

    public override Response ResponseOf(object? result) => Response.FromResult((TResult)result!);

    protected override Response Succeeded(Task succeeded) => Response.FromResult(((Task<TResult>)succeeded).Result);

    protected override bool TryFail(Exception exception) => _completion?.TrySetException(exception) ?? false;

    protected override bool TryCancel(OperationCanceledException exception) => _completion?.TrySetCanceled(exception.CancellationToken) ?? false;

    private void Complete(TResult result)
    {
        _completion?.TrySetResult(result);
        Cancellation?.Dispose();
    }

    private async Task Await(ValueTask<TResult> task)
    {
        try
        {
            Complete(await task);
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
        Owner!.OnCompleted(this);
    }
}
