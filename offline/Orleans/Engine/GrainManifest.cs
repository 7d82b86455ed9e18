using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Orleans.Engine;

/// <summary>
/// Which class implements which grain interface, found by looking through the process's assemblies that reference this one (Orleans'
/// generated code registers them instead). Built at the first question.
/// </summary>
internal static class GrainManifest
{
    private static readonly ConcurrentDictionary<(Type, string?), Type> Found = new();
    private static readonly ConcurrentDictionary<string, Runtime.GrainType[]> Subscribers = new();
    private static readonly Lazy<Type[]> Classes = new(FindClasses);

    public static Type ClassOf(Type grainInterface, string? classNamePrefix) =>
        Found.GetOrAdd((grainInterface, classNamePrefix), static key => Find(key.Item1, key.Item2));

    public static Type? ClassOfType(Runtime.GrainType type) => Array.Find(Classes.Value, each => GrainClass.GrainTypeOf(each) == type);

    /// <summary>The classes that subscribe to all streams of the namespace.</summary>
    public static Runtime.GrainType[] SubscribersOf(string? streamNamespace) => Subscribers.GetOrAdd(streamNamespace ?? "", static name =>
        [.. Classes.Value
            .Where(type => name.Length > 0 && type.GetCustomAttributes<ImplicitStreamSubscriptionAttribute>().Any(each => each.StreamNamespace == name))
            .Select(GrainClass.GrainTypeOf)]);

    private static Type Find(Type grainInterface, string? prefix)
    {
        var candidates = Array.FindAll(
            Classes.Value,
            type => grainInterface.IsAssignableFrom(type) && (prefix is null || type.FullName!.StartsWith(prefix, StringComparison.Ordinal)));
        if (candidates.Length == 1)
            return candidates[0];

        // Two classes: the interface's own name decides, IDocument or IDocumentGrain for DocumentGrain, as in Orleans.
        var named = Array.FindAll(candidates, type => grainInterface.Name == $"I{type.Name}");
        if (named.Length == 1)
            return named[0];
        var with = prefix is null ? "" : $" with a name that starts with {prefix}";
        throw new ArgumentException(candidates.Length == 0
            ? $"Could not find an implementation for interface {GrainInterface.NameOf(grainInterface)}{with}."
            : $"Interface {GrainInterface.NameOf(grainInterface)} has {candidates.Length} implementations{with}: {string.Join(", ", candidates.Select(type => type.FullName))}.");
    }

    private static Type[] FindClasses()
    {
        var own = typeof(GrainManifest).Assembly.GetName().Name!;
        var loaded = AppDomain.CurrentDomain.GetAssemblies()
            .Where(assembly => !assembly.IsDynamic && Array.Exists(assembly.GetReferencedAssemblies(), name => name.Name == own));
        return [.. loaded.Concat(NotLoadedYet(own))
            .Distinct()
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false } && typeof(IGrainBase).IsAssignableFrom(type)
                && typeof(Runtime.IAddressable).IsAssignableFrom(type))];
    }

    // An assembly of grains that nothing has touched isn't loaded; the host's list of its own files names it.
    private static IEnumerable<Assembly> NotLoadedYet(string own)
    {
        var known = AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetName().Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var files = (AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string)?.Split(Path.PathSeparator) ?? [];
        foreach (var file in files)
        {
            if (file.StartsWith(AppContext.BaseDirectory, StringComparison.Ordinal) && !known.Contains(Path.GetFileNameWithoutExtension(file)) && References(file, own))
                yield return Assembly.LoadFrom(file);
        }
    }

    private static bool References(string file, string name)
    {
        using var stream = File.OpenRead(file);
        using var image = new PEReader(stream);
        if (!image.HasMetadata)
            return false;
        var metadata = image.GetMetadataReader();
        return metadata.AssemblyReferences.Any(handle => metadata.StringComparer.Equals(metadata.GetAssemblyReference(handle).Name, name));
    }
}
