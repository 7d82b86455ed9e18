using System.Globalization;

namespace Collab.Tests.Postgres;

/// <summary>Where PostgreSQL's server programs are: <c>COLLAB_POSTGRES_BIN</c>, or the newest that Debian's packages installed, or the <c>PATH</c>.</summary>
internal static class PostgresBinaries
{
    private const string Debian = "/usr/lib/postgresql";

    public static string Folder { get; } = Find();

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("COLLAB_POSTGRES_BIN") is { Length: > 0 } named)
            return IsThere(named) ? named : throw new FileNotFoundException($"COLLAB_POSTGRES_BIN is {named}, and there is no initdb.");
        var packaged = Directory.Exists(Debian) ? Directory.GetDirectories(Debian) : [];
        return packaged
                .OrderByDescending(folder => double.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var version) ? version : 0)
                .Select(folder => Path.Combine(folder, "bin"))
                .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
                .FirstOrDefault(IsThere)
            ?? throw new FileNotFoundException(
                $"There is no PostgreSQL server in {Debian} or on the PATH. Install it (on Debian the package postgresql), or let COLLAB_POSTGRES_BIN name the folder with its initdb.");
    }

    private static bool IsThere(string folder) => File.Exists(Path.Combine(folder, "initdb"));
}
