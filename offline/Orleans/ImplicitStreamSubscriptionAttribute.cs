namespace Orleans;

/// <summary>The class subscribes to each stream of the namespace; the grain is the one with the stream's key. Activated by the first batch.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public class ImplicitStreamSubscriptionAttribute(string streamNamespace, string? streamIdMapper = null) : Attribute
{
    public string? StreamIdMapper { get; init; } = streamIdMapper;

    internal string StreamNamespace { get; } = streamNamespace.Trim();
}
