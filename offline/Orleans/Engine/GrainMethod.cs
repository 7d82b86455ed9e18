using System.Collections.Concurrent;
using System.Reflection;
using Orleans.Concurrency;

namespace Orleans.Engine;

/// <summary>What is known of a method before any call: its name, its attributes, its place in an implementing class.</summary>
internal abstract class GrainMethod
{
    private readonly ConcurrentDictionary<Type, MethodInfo> _implementations = new();

    protected GrainMethod(MethodInfo method)
    {
        Method = method;
        InterfaceType = method.DeclaringType!;
        InterfaceName = GrainInterface.NameOf(InterfaceType);
        ActivityName = $"{InterfaceType.Name}/{method.Name}";
        IsOneWay = method.ReturnType == typeof(void) || method.IsDefined(typeof(OneWayAttribute));
        IsAlwaysInterleave = method.IsDefined(typeof(AlwaysInterleaveAttribute));
        IsReadOnly = method.IsDefined(typeof(ReadOnlyAttribute));
        ResponseTimeout = method.GetCustomAttribute<ResponseTimeoutAttribute>()?.Timeout;
        CancellationArgument = Array.FindIndex(method.GetParameters(), parameter => parameter.ParameterType == typeof(CancellationToken));
    }

    public MethodInfo Method { get; }

    public Type InterfaceType { get; }

    public string InterfaceName { get; }

    public string ActivityName { get; }

    public bool IsOneWay { get; }

    public bool IsAlwaysInterleave { get; }

    public bool IsReadOnly { get; }

    public TimeSpan? ResponseTimeout { get; }

    /// <summary>Index of the argument that is a cancellation token, -1 for none.</summary>
    public int CancellationArgument { get; }

    public MethodInfo ImplementationIn(Type target) => _implementations.GetOrAdd(target, Find, this);

    private static MethodInfo Find(Type target, GrainMethod self)
    {
        // What the engine itself calls grains with: no grain implements it.
        if (!self.InterfaceType.IsAssignableFrom(target))
            return self.Method;
        var map = target.GetInterfaceMap(self.InterfaceType);
        return map.TargetMethods[Array.IndexOf(map.InterfaceMethods, self.Method)];
    }
}

/// <summary>A method without a result, with its arguments as one value.</summary>
internal sealed class GrainMethod<TArguments>(MethodInfo method, Func<object, TArguments, ValueTask> invoke) : GrainMethod(method)
{
    public Func<object, TArguments, ValueTask> Invoke { get; } = invoke;
}

/// <summary>A method with a result.</summary>
internal sealed class GrainMethod<TArguments, TResult>(MethodInfo method, Func<object, TArguments, ValueTask<TResult>> invoke) : GrainMethod(method)
{
    public Func<object, TArguments, ValueTask<TResult>> Invoke { get; } = invoke;
}
