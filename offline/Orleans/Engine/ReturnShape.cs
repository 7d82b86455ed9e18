using System.Reflection;
using System.Reflection.Emit;

namespace Orleans.Engine;

/// <summary>How a grain method returns: Task, ValueTask, either with a result, or void (observers).</summary>
internal sealed class ReturnShape
{
    private readonly string _caller;
    private readonly Type? _result;
    private readonly ConstructorInfo? _fromTask;

    private ReturnShape(string caller, Type? result, Type returned)
    {
        _caller = caller;
        _result = result;
        ValueTaskType = result is null ? typeof(ValueTask) : typeof(ValueTask<>).MakeGenericType(result);
        _fromTask = typeof(Task).IsAssignableFrom(returned) ? ValueTaskType.GetConstructor([returned]) : null;
        IsVoid = returned == typeof(void);
    }

    public Type ValueTaskType { get; }

    private bool IsVoid { get; }

    public static ReturnShape? Of(Type type)
    {
        if (type == typeof(Task))
            return new(nameof(ReferenceCalls.Task), null, type);
        if (type == typeof(ValueTask))
            return new(nameof(ReferenceCalls.ValueTask), null, type);
        if (type == typeof(void))
            return new(nameof(ReferenceCalls.Void), null, type);
        if (!type.IsGenericType)
            return null;
        var definition = type.GetGenericTypeDefinition();
        var result = type.GetGenericArguments()[0];
        return definition == typeof(Task<>) ? new(nameof(ReferenceCalls.TaskOf), result, type)
            : definition == typeof(ValueTask<>) ? new(nameof(ReferenceCalls.ValueTaskOf), result, type)
            : null;
    }

    public Type DescriptorType(Type arguments) =>
        _result is null ? typeof(GrainMethod<>).MakeGenericType(arguments) : typeof(GrainMethod<,>).MakeGenericType(arguments, _result);

    public Type InvokerType(Type arguments) => typeof(Func<,,>).MakeGenericType(typeof(object), arguments, ValueTaskType);

    public MethodInfo Caller(Type arguments)
    {
        var method = typeof(ReferenceCalls).GetMethod(_caller)!;
        return _result is null ? method.MakeGenericMethod(arguments) : method.MakeGenericMethod(arguments, _result);
    }

    /// <summary>Turns what the grain method left on the stack into the value task that the call awaits.</summary>
    public void EmitToValueTask(ILGenerator il)
    {
        if (IsVoid)
            il.Emit(OpCodes.Call, typeof(ValueTask).GetProperty(nameof(ValueTask.CompletedTask))!.GetMethod!);
        else if (_fromTask is not null)
            il.Emit(OpCodes.Newobj, _fromTask);
    }
}
