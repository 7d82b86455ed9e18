namespace Orleans.Runtime;

/// <summary>Values that travel with calls: what the caller has set, the grain and what it calls can read. Nothing travels back.</summary>
public static class RequestContext
{
    // Never changed once it is here: a change makes a copy, so that sharing it with calls under way costs nothing.
    private static readonly AsyncLocal<Dictionary<string, object>?> Values = new();

    public static IEnumerable<string> Keys => Values.Value?.Keys ?? Enumerable.Empty<string>();

    public static IEnumerable<KeyValuePair<string, object>> Entries => Values.Value ?? Enumerable.Empty<KeyValuePair<string, object>>();

    public static object? Get(string key) => Values.Value is { } values && values.TryGetValue(key, out var value) ? value : null;

    public static void Set(string key, object value) =>
        Values.Value = new Dictionary<string, object>(Values.Value ?? []) { [key] = value };

    public static bool Remove(string key)
    {
        if (Values.Value is not { } values || !values.ContainsKey(key))
            return false;
        var rest = new Dictionary<string, object>(values);
        rest.Remove(key);
        Values.Value = rest.Count == 0 ? null : rest;
        return true;
    }

    public static void Clear()
    {
        if (Values.Value is not null)
            Values.Value = null;
    }

    internal static Dictionary<string, object>? Export() => Values.Value;

    internal static void Import(Dictionary<string, object>? values)
    {
        if (!ReferenceEquals(Values.Value, values))
            Values.Value = values;
    }
}
