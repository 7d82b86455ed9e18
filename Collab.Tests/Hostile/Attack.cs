namespace Collab.Tests.Hostile;

/// <summary>Something that a hostile client does.</summary>
/// <param name="Run">Does it; <c>size</c> is 1 in CI and more in the long form. Returns all that the server answered.</param>
internal sealed record Attack(string Name, Func<Uri, int, Task<string>> Run)
{
    public static IReadOnlyList<Attack> All { get; } = [.. SocketAttacks.All(), .. MessageAttacks.All(), .. RestAttacks.All(), .. CrowdAttacks.All()];

    public override string ToString() => Name;
}
