using System.Reflection;

namespace Orleans.Serialization.Invocation;

/// <summary>Gives a request the object that it is invoked on.</summary>
public interface ITargetHolder
{
    object? GetTarget();

    object? GetComponent(Type componentType);
}

/// <summary>One call: method, arguments and the means to invoke it.</summary>
public interface IInvokable : IDisposable
{
    object? GetTarget();

    /// <summary>Invokes the method. The call's own exception comes back in the response, not thrown.</summary>
    ValueTask<Response> Invoke();

    int GetArgumentCount();

    object? GetArgument(int index);

    string GetMethodName();

    /// <summary>The interface's full name without its assembly.</summary>
    string GetInterfaceName();

    /// <summary><c>IInterface/Method</c>, fit to name a trace span.</summary>
    string GetActivityName();

    MethodInfo GetMethod();

    Type GetInterfaceType();

    /// <summary>The method's own response timeout; null for the silo's.</summary>
    TimeSpan? GetDefaultResponseTimeout();
}
