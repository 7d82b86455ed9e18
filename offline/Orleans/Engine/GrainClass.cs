using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Engine;

/// <summary>A grain class as one silo runs it: how to construct it, how its calls interleave, how long it may stay idle.</summary>
internal sealed class GrainClass
{
    private readonly ObjectFactory _factory;

    public GrainClass(Type type, GrainCollectionOptions options)
    {
        Type = type;
        GrainType = GrainTypeOf(type);
        IsReentrant = type.IsDefined(typeof(ReentrantAttribute));
        CollectionAge = CollectionAgeOf(type, options);
        _factory = ActivatorUtilities.CreateFactory(type, []);
    }

    public Type Type { get; }

    public GrainType GrainType { get; }

    public bool IsReentrant { get; }

    public TimeSpan CollectionAge { get; }

    public static GrainType GrainTypeOf(Type type)
    {
        if (type.GetCustomAttribute<GrainTypeAttribute>() is { } named)
            return named.GetGrainType(null!, type);
        var name = type.Name.ToLowerInvariant();
        return GrainType.Create(name.Length > 5 && name.EndsWith("grain", StringComparison.Ordinal) ? name[..^5] : name);
    }

    public object Create(IServiceProvider services) => _factory(services, null);

    private static TimeSpan CollectionAgeOf(Type type, GrainCollectionOptions options)
    {
        if (type.FullName is { } name && options.ClassSpecificCollectionAge.TryGetValue(name, out var specific))
            return specific;
        if (type.IsDefined(typeof(KeepAliveAttribute)))
            return Timeout.InfiniteTimeSpan;
        return type.GetCustomAttribute<CollectionAgeLimitAttribute>() is { } limit
            ? limit.AlwaysActive ? Timeout.InfiniteTimeSpan : limit.AgeLimit
            : options.CollectionAge;
    }
}
