namespace Collab.Contracts.Refusals;

/// <summary>The words that <see cref="RefusalReason"/> goes by on the wire and in metrics.</summary>
public static class RefusalReasons
{
    private static readonly string[] Codes = [.. Enum.GetNames<RefusalReason>().Select(SnakeCase)];

    /// <summary>The error code: <c>storage_unavailable</c>.</summary>
    public static string Code(this RefusalReason reason) => Codes[(int)reason];

    /// <summary>What the client does about it: <c>retry</c>, <c>resync</c> or <c>give_up</c>.</summary>
    public static string Action(this RefusalReason reason) => reason switch
    {
        <= RefusalReason.ServerShutdown => "retry",
        <= RefusalReason.SlowConsumer => "resync",
        _ => "give_up",
    };

    /// <summary>An enum member's name as a wire word: <c>StorageUnavailable</c> → <c>storage_unavailable</c>.</summary>
    public static string SnakeCase(string name) =>
        string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));
}
