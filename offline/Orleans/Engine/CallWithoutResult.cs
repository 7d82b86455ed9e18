using System.Runtime.CompilerServices;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.Engine;

/// <summary>A call whose caller awaits a <see cref="Task"/>, or nothing when one-way.</summary>
internal sealed class CallWithoutResult<TArguments>(GrainReference reference, GrainMethod<TArguments> method, TArguments arguments)
    : ReferenceCall<TArguments>(reference, method, arguments)
    where TArguments : struct, ITuple
{
    private readonly TaskCompletionSource? _completion = method.IsOneWay ? null : new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override Task Completion => _completion?.Task ?? Task.CompletedTask;

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
            task.GetAwaiter().GetResult();
            Complete();
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
            return Task.FromException(exception);
        }
    }

    public override object? ResultOf(Task succeeded) => null;

    public override void Settle(Task ended)
    {
        if (ended.IsCompletedSuccessfully)
            Complete();
        else
            Fail(FailureOf(ended));
    }

    public override void Settle(Response response)
    {
        if (response.Exception is { } exception)
            Fail(exception);
        else
            Complete();
    }

    public override Response ResponseOf(object? result) => Response.FromResult(result);

    protected override Response Succeeded(Task succeeded) => Response.Completed;

    protected override bool TryFail(Exception exception) => _completion?.TrySetException(exception) ?? false;

    protected override bool TryCancel(OperationCanceledException exception) => _completion?.TrySetCanceled(exception.CancellationToken) ?? false;

    private void Complete()
    {
        _completion?.TrySetResult();
        Cancellation?.Dispose();
    }

    private async Task Await(ValueTask task)
    {
        try
        {
            await task;
            Complete();
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
        Owner!.OnCompleted(this);
    }
}
