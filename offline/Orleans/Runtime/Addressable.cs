using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>Anything a call can be sent to: a grain, a reference to one, an observer.</summary>
public interface IAddressable;

/// <summary>One activation (or observer) as the runtime sees it.</summary>
public interface IGrainContext : ITargetHolder, IEquatable<IGrainContext>
{
    GrainReference GrainReference { get; }

    GrainId GrainId { get; }

    /// <summary>The grain object; null until it is constructed.</summary>
    object? GrainInstance { get; }

    ActivationId ActivationId { get; }

    /// <summary>The activation's own service scope.</summary>
    IServiceProvider ActivationServices { get; }

    /// <summary>Completes when the activation is gone, <c>OnDeactivateAsync</c> included.</summary>
    Task Deactivated { get; }

    /// <summary>Starts deactivation: the running request completes, queued ones go to a new activation.</summary>
    void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
}

/// <summary>The context of the turn that runs on this thread.</summary>
public interface IGrainContextAccessor
{
    IGrainContext? GrainContext { get; }
}
