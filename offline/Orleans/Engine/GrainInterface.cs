using System.Collections.Concurrent;
using System.Reflection;
using Orleans.Runtime;

namespace Orleans.Engine;

/// <summary>A grain (or observer) interface: its methods and how to make references of it. One per interface and process.</summary>
internal sealed class GrainInterface
{
    private static readonly ConcurrentDictionary<Type, GrainInterface> Known = new();

    private readonly Lazy<Func<SiloRuntime, GrainId, GrainInterface, GrainReference>> _create;

    private GrainInterface(Type type)
    {
        if (!type.IsInterface || !typeof(IAddressable).IsAssignableFrom(type))
            throw new ArgumentException($"{type} is not a grain or observer interface.");
        Type = type;
        Name = NameOf(type);
        InterfaceType = GrainInterfaceType.Create(Name);
        _create = new(() => ReferenceEmitter.Emit(type));
    }

    public Type Type { get; }

    public string Name { get; }

    public GrainInterfaceType InterfaceType { get; }

    public static GrainInterface Of(Type type) => Known.GetOrAdd(type, static key => new GrainInterface(key));

    /// <summary>Every method that a reference has, those of inherited interfaces included.</summary>
    public static IEnumerable<MethodInfo> MethodsOf(Type type) =>
        type.GetInterfaces().Prepend(type).SelectMany(each => each.GetMethods(BindingFlags.Public | BindingFlags.Instance)).Where(method => method.IsAbstract);

    // As Orleans' generated code has it: C# form, without assembly, nested types behind a dot.
    public static string NameOf(Type type)
    {
        var name = type.IsGenericType ? type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)] : type.Name;
        if (type.IsGenericType)
            name += $"<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>";
        return type.DeclaringType is { } outer ? $"{NameOf(outer)}.{name}" : type.Namespace is { } space ? $"{space}.{name}" : name;
    }

    public GrainReference CreateReference(SiloRuntime runtime, GrainId id) => _create.Value(runtime, id, this);
}

/// <summary>The same, reached without a look-up where the interface is known at compile time.</summary>
internal static class GrainInterface<TInterface>
{
    public static readonly GrainInterface Instance = GrainInterface.Of(typeof(TInterface));
}
