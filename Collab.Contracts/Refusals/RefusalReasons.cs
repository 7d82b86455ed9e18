namespace Collab.Contracts.Refusals;

/// <summary>The words that <see cref="RefusalReason"/> goes by on the wire and in metrics.</summary>
public static class RefusalReasons
{
    private static readonly string[] Codes = [.. Enum.GetNames<RefusalReason>().Select(SnakeCase)];

    /// <summary>The error code: <c>storage_unavailable</c>; <c>unknown</c> for a reason that a newer silo has and this build does not.</summary>
    public static string Code(this RefusalReason reason) => Enum.IsDefined(reason) ? Codes[(int)reason] : "unknown";

    /// <summary>Whether the same again, later, may be answered otherwise.</summary>
    public static bool IsToRetry(this RefusalReason reason) => reason is <= RefusalReason.ServerShutdown or RefusalReason.RateLimited or RefusalReason.TooManyConnections;

    /// <summary>What the client does about it: <c>retry</c>, <c>resync</c>, <c>authenticate</c> or <c>give_up</c>.</summary>
    public static string Action(this RefusalReason reason) => reason switch
    {
        _ when reason.IsToRetry() => "retry",
        <= RefusalReason.SlowConsumer => "resync",
        <= RefusalReason.DocumentDamaged or RefusalReason.Forbidden or RefusalReason.TooManyGrants => "give_up",
        RefusalReason.Unauthenticated => "authenticate",
        // Reasons that are added stand at the end, whatever their group, and get a line of their own above. One that this build does not know is a newer silo's during an upgrade:
        // to retry loses nothing, and by then the host may be new as well.
        _ => "retry",
    };

    /// <summary>An enum member's name as a wire word: <c>StorageUnavailable</c> → <c>storage_unavailable</c>.</summary>
    public static string SnakeCase(string name) =>
        string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));
}
