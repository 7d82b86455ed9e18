using System.Diagnostics;
using System.Text.Json.Nodes;
using Collab.Tests.Operations;

namespace Collab.Tests.Deploy;

/// <summary>The files of <c>deploy/</c>, read and checked against their schemas by <c>deploy/checks/check.mjs</c>.</summary>
public sealed class DeployFiles : IAsyncLifetime
{
    /// <summary>Read once for all tests of them.</summary>
    public const string Collection = "deploy files";

    private JsonObject _seen = null!;

    public static string Folder { get; } = Path.Combine(Repository.Root, "deploy");

    private static string Checks => Path.Combine(Folder, "checks");

    /// <summary>What a schema or a linter says, one line each.</summary>
    public IReadOnlyList<string> Problems => [.. _seen["problems"]!.AsArray().Select(problem => problem!.GetValue<string>())];

    /// <summary>The instructions of the Dockerfile as keyword, flags and the rest.</summary>
    public IReadOnlyList<(string Keyword, string[] Flags, string Text)> Dockerfile =>
        [.. _seen["dockerfile"]!.AsArray().Select(line => (line!["keyword"]!.GetValue<string>(), line["flags"]!.AsArray().Select(flag => flag!.GetValue<string>()).ToArray(), line["text"]!.GetValue<string>()))];

    public JsonNode Compose => Documents("compose.yaml").Single();

    /// <summary>All that is applied to Kubernetes, the example of a secret included.</summary>
    public IEnumerable<JsonNode> Manifests =>
        _seen["documents"]!.AsObject().Where(file => file.Key.StartsWith("kubernetes/", StringComparison.Ordinal) && file.Key != "kubernetes/kustomization.yaml").SelectMany(file => file.Value!.AsArray()).OfType<JsonNode>();

    public IEnumerable<JsonNode> Documents(string file) => _seen["documents"]![file]!.AsArray().OfType<JsonNode>();

    public IEnumerable<JsonNode> OfKind(string kind) => Manifests.Where(manifest => manifest.Text("kind") == kind);

    public JsonNode Named(string kind, string name) => OfKind(kind).Single(manifest => manifest.Text("metadata", "name") == name);

    public async Task InitializeAsync()
    {
        // As the demo's bundle: whoever runs one test need not know that another command installs this.
        if (!Directory.Exists(Path.Combine(Checks, "node_modules")))
            await RunAsync("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error");
        _seen = await CheckAsync(Folder);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>Reads a folder that looks like <c>deploy/</c>.</summary>
    internal static async Task<JsonObject> CheckAsync(string folder) => JsonNode.Parse(await RunAsync("node", "check.mjs", folder + Path.DirectorySeparatorChar))!.AsObject();

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = Checks, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}\n{await errors}");
    }
}

[CollectionDefinition(DeployFiles.Collection)]
public sealed class DeployFilesCollection : ICollectionFixture<DeployFiles>;

internal static class JsonPaths
{
    /// <summary>The node at the end of the path; null if one of its members is missing.</summary>
    public static JsonNode? At(this JsonNode? node, params string[] path) => path.Aggregate(node, (at, name) => at?[name]);

    public static string? Text(this JsonNode? node, params string[] path) => node.At(path)?.ToString();

    public static IEnumerable<JsonNode> Items(this JsonNode? node, params string[] path) => node.At(path)?.AsArray().OfType<JsonNode>() ?? [];
}
