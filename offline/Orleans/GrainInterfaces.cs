using Orleans.Runtime;

namespace Orleans;

/// <summary>Marks a grain interface. Use one of the interfaces below, which say what the key is.</summary>
public interface IGrain : IAddressable;

/// <summary>A grain named by a string.</summary>
public interface IGrainWithStringKey : IGrain;

/// <summary>A grain named by a Guid.</summary>
public interface IGrainWithGuidKey : IGrain;

/// <summary>A grain named by a 64-bit integer.</summary>
public interface IGrainWithIntegerKey : IGrain;

/// <summary>A grain named by a Guid and a string.</summary>
public interface IGrainWithGuidCompoundKey : IGrain;

/// <summary>A grain named by a 64-bit integer and a string.</summary>
public interface IGrainWithIntegerCompoundKey : IGrain;

/// <summary>Marks an interface through which grains call back an object outside: one call at a time, in order.</summary>
public interface IGrainObserver : IAddressable;

/// <summary>What the runtime asks of a grain class.</summary>
public interface IGrainBase
{
    IGrainContext GrainContext { get; }

    /// <summary>Runs before the first request. If it throws, waiting callers get the exception and the next call tries anew.</summary>
    Task OnActivateAsync(CancellationToken token) => Task.CompletedTask;

    /// <summary>Runs after the last request, while nothing else of this grain runs.</summary>
    Task OnDeactivateAsync(DeactivationReason reason, CancellationToken token) => Task.CompletedTask;
}
