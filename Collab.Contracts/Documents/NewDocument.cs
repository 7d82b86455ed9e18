namespace Collab.Contracts.Documents;

/// <summary>What a document is created with, for good.</summary>
/// <param name="Kind">Name of a registered kind.</param>
/// <param name="Title">Up to <see cref="TitleLimit"/> characters, may be empty.</param>
[GenerateSerializer, Immutable, Alias("collab.NewDocument")]
public sealed record NewDocument(
    [property: Id(0)] string Kind,
    [property: Id(1)] ConflictPolicy Policy,
    [property: Id(2)] string Title)
{
    public const int TitleLimit = 200;
}
