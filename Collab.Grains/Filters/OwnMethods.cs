using System.Collections.Concurrent;
using System.Reflection;

namespace Collab.Grains.Filters;

/// <summary>What a filter keeps of each method of Collab's own grains: looked up once, for a look-up of labels with each call would cost as much as the measurement.</summary>
/// <param name="make">Makes it of the method and the name of its grain; null: calls of this one pass by.</param>
internal sealed class OwnMethods<T>(Func<MethodInfo, string, T?> make)
    where T : class
{
    // By reference: the runtime has one object for each method, and comparing what they say takes longer than the rest.
    private readonly ConcurrentDictionary<MethodInfo, T?> _methods = new(ReferenceEqualityComparer.Instance);
    private readonly Func<MethodInfo, T?> _make = method =>
        method.DeclaringType is { } type && type.Assembly == typeof(DocumentId).Assembly && typeof(IGrain).IsAssignableFrom(type) ? make(method, type.Name[1..]) : null;

    /// <summary>Null for the methods of everybody else, and of observers.</summary>
    public T? Find(MethodInfo method) => _methods.GetOrAdd(method, _make);
}
