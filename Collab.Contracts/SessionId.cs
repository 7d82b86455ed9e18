namespace Collab.Contracts;

/// <summary>
/// One replica's stay in one document. The hub's sessions are named by the server; those of REST callers begin with
/// <c>api-</c> and are chosen by them. Not a secret: others see it in operations.
/// </summary>
[GenerateSerializer, Immutable, Alias("collab.SessionId")]
public readonly record struct SessionId([property: Id(0)] string Value)
{
    public const int LengthLimit = 64;

    public const string ApiPrefix = "api-";

    /// <summary>A new name with 96 random bits: short, as it travels with every operation.</summary>
    public static SessionId New() => new(Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(12)));

    public static bool IsValid(string? value) => value is { Length: > 0 and <= LengthLimit } && DocumentId.IsValid(value);

    /// <summary>Whether it is a REST caller's.</summary>
    public bool IsApi => Value.StartsWith(ApiPrefix, StringComparison.Ordinal);

    public override string ToString() => Value;
}
