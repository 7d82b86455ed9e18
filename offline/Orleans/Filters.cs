using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans;

/// <summary>A call as a filter sees it, on either side.</summary>
public interface IGrainCallContext
{
    IInvokable Request { get; }

    /// <summary>The grain or observer (incoming), or the reference (outgoing).</summary>
    object? Grain { get; }

    /// <summary>Who calls: a grain, or the silo's own client.</summary>
    GrainId? SourceId { get; }

    GrainId TargetId { get; }

    GrainInterfaceType InterfaceType { get; }

    string InterfaceName { get; }

    string MethodName { get; }

    MethodInfo InterfaceMethod { get; }

    /// <summary>The result as an object, once the call is done; setting it replaces what the caller gets.</summary>
    object? Result { get; set; }

    Response? Response { get; set; }

    /// <summary>Calls the next filter, the last one the method. The method's exception is thrown from here.</summary>
    Task Invoke();
}

/// <summary>A call at the grain.</summary>
public interface IIncomingGrainCallContext : IGrainCallContext
{
    IGrainContext TargetContext { get; }

    MethodInfo ImplementationMethod { get; }
}

/// <summary>A call at its caller.</summary>
public interface IOutgoingGrainCallContext : IGrainCallContext
{
    /// <summary>The calling grain; null outside of grains.</summary>
    IGrainContext? SourceContext { get; }
}

/// <summary>Wraps every call that arrives: at grains, at observers, and the ticks of grain timers (<c>IGrainTimerInvoker</c>).</summary>
public interface IIncomingGrainCallFilter
{
    Task Invoke(IIncomingGrainCallContext context);
}

/// <summary>Wraps every call that leaves.</summary>
public interface IOutgoingGrainCallFilter
{
    Task Invoke(IOutgoingGrainCallContext context);
}

/// <summary>An incoming filter as a function.</summary>
public delegate Task IncomingGrainCallFilterDelegate(IIncomingGrainCallContext context);

/// <summary>An outgoing filter as a function.</summary>
public delegate Task OutgoingGrainCallFilterDelegate(IOutgoingGrainCallContext context);
