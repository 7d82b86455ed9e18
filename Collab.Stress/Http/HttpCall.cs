namespace Collab.Stress.Http;

/// <summary>The request that all clients make again and again.</summary>
/// <param name="Path">Below the target's root, query included: <c>/health/live</c>.</param>
/// <param name="Body">Null: none. JSON where it begins like it, else plain text.</param>
internal sealed record HttpCall(HttpMethod Method, string Path, string? Body = null)
{
    /// <summary>Beside those that a body and the tool's own credentials bring.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>One connection for each client; else one for each request, made and ended for it.</summary>
    public bool KeepsAlive { get; init; } = true;

    public static HttpCall Get(string path) => new(HttpMethod.Get, path);

    public override string ToString() => $"{Method} {Path}{(KeepsAlive ? "" : ", a connection each")}";
}
