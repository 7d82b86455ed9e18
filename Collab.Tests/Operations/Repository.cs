namespace Collab.Tests.Operations;

/// <summary>Where the sources are, seen from where the tests run.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Collab.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"No Collab.sln in {AppContext.BaseDirectory} or above it.");
    }
}
