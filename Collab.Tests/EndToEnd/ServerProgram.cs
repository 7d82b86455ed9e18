using Collab.Tests.Operations;

namespace Collab.Tests.EndToEnd;

/// <summary>Which program a server process runs, and where.</summary>
/// <param name="Name">The project: <c>Collab.Web</c>, <c>Collab.Silo</c>.</param>
/// <param name="Binaries">A folder with the outputs of the projects, as <c>artifacts/default/bin</c>: another build than the tests' own. Null: the tests' own.</param>
/// <param name="Address">Where it listens for clients. An address of its network.</param>
/// <param name="Launcher">A command that runs the one that follows it, in another network for example.</param>
internal sealed record ServerProgram(string Name, string? Binaries = null, string Address = "127.0.0.1", params string[] Launcher)
{
    public static ServerProgram Web { get; } = new("Collab.Web");

    public static ServerProgram Silo { get; } = new("Collab.Silo");

    /// <summary>The command that starts it, without the program's own settings.</summary>
    public IEnumerable<string> Command => [.. Launcher, "dotnet", Assembly, "--contentRoot", Path.Combine(Repository.Root, Name)];

    // Beside the output of whoever asks, in the same configuration.
    private string Assembly
    {
        get
        {
            var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
            string assembly = Path.Combine(Binaries ?? own.Parent!.Parent!.FullName, Name, own.Name, Name + ".dll");
            return File.Exists(assembly) ? assembly : throw new FileNotFoundException($"{Name} has not been built: there is no {assembly}.");
        }
    }
}
