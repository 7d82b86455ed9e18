using System.Collections.Concurrent;
using Orleans.Runtime;

namespace Orleans.Engine;

/// <summary>Makes references to grains and observers, and knows the grain classes of this silo.</summary>
internal sealed class ReferenceFactory(SiloRuntime runtime) : IClusterClient
{
    private readonly ConcurrentDictionary<(Type, string?), GrainClass> _byInterface = new();
    private readonly ConcurrentDictionary<GrainType, GrainClass> _byType = new();

    public IServiceProvider ServiceProvider => runtime.Services;

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithGuidKey =>
        Get<TGrainInterface>(GrainIdKeyExtensions.CreateGuidKey(primaryKey), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerKey =>
        Get<TGrainInterface>(GrainIdKeyExtensions.CreateIntegerKey(primaryKey), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey =>
        Get<TGrainInterface>(StringKey(primaryKey), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithGuidCompoundKey =>
        Get<TGrainInterface>(GrainIdKeyExtensions.CreateGuidKey(primaryKey, keyExtension), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerCompoundKey =>
        Get<TGrainInterface>(GrainIdKeyExtensions.CreateIntegerKey(primaryKey, keyExtension), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable =>
        (TGrainInterface)(object)Create(GrainInterface<TGrainInterface>.Instance, grainId);

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey) =>
        Get(grainInterfaceType, GrainIdKeyExtensions.CreateGuidKey(grainPrimaryKey));

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey) =>
        Get(grainInterfaceType, GrainIdKeyExtensions.CreateIntegerKey(grainPrimaryKey));

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => Get(grainInterfaceType, StringKey(grainPrimaryKey));

    public TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver
    {
        RefuseInGrain();
        if (obj is GrainReference)
            throw new ArgumentException("The object is a reference already.", nameof(obj));
        return (TGrainObserverInterface)(object)Create(GrainInterface<TGrainObserverInterface>.Instance, runtime.Observers.Add(obj));
    }

    public void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver
    {
        RefuseInGrain();
        if (obj is not GrainReference reference)
            throw new ArgumentException("The object is not a reference.", nameof(obj));
        if (!runtime.Observers.Remove(reference.GrainId))
            throw new ArgumentException($"Reference {reference.GrainId} is not associated with an object.", nameof(obj));
    }

    public GrainReference Create(GrainInterface grainInterface, GrainId id) => grainInterface.CreateReference(runtime, id);

    public GrainReference CreateUntyped(GrainId id) => Create(GrainInterface<IAddressable>.Instance, id);

    public GrainClass ClassOf(GrainType type) =>
        _byType.TryGetValue(type, out var known) ? known
        : GrainManifest.ClassOfType(type) is { } found ? Register(found)
        : throw new ArgumentException($"No grain class has the type \"{type}\".");

    private TGrainInterface Get<TGrainInterface>(IdSpan key, string? prefix)
    {
        var grainInterface = GrainInterface<TGrainInterface>.Instance;
        return (TGrainInterface)(object)Create(grainInterface, new GrainId(TypeOf(grainInterface.Type, prefix), key));
    }

    private IGrain Get(Type type, IdSpan key) => (IGrain)Create(GrainInterface.Of(type), new GrainId(TypeOf(type, null), key));

    private GrainType TypeOf(Type grainInterface, string? prefix)
    {
        if (!_byInterface.TryGetValue((grainInterface, prefix), out var known))
            _byInterface[(grainInterface, prefix)] = known = Register(GrainManifest.ClassOf(grainInterface, prefix));
        return known.GrainType;
    }

    private GrainClass Register(Type type)
    {
        var registered = _byType.GetOrAdd(GrainClass.GrainTypeOf(type), static (_, state) => new GrainClass(state.type, state.options), (type, options: runtime.Collection));
        return registered.Type == type
            ? registered
            : throw new InvalidOperationException($"{type} and {registered.Type} both have the grain type \"{registered.GrainType}\"; give one a [GrainType].");
    }

    // An observer runs outside of turns; a grain's own object, called so, would break its single-threadedness.
    private static void RefuseInGrain()
    {
        if (TurnContext.Current is { } grain)
            throw new InvalidOperationException($"Grain {grain.GrainId} cannot make or end references to objects.");
    }

    private static IdSpan StringKey(string key)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        return IdSpan.Create(key);
    }
}
