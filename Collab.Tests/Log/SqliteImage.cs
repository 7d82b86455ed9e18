namespace Collab.Tests.Log;

/// <summary>What a kill leaves of a SQLite log: the database, its write-ahead log, the commit journal.</summary>
internal sealed record SqliteImage(IReadOnlyDictionary<string, byte[]> Files)
{
    public const string Database = "collab.db";
    public const string Journal = Database + ".commits-1";

    /// <summary>Of a log that is in use. Nothing may be written to its tables meanwhile.</summary>
    public static SqliteImage Of(string path) => new(
        Directory.GetFiles(Path.GetDirectoryName(path)!, Database + "*").Where(file => !file.EndsWith("-shm", StringComparison.Ordinal) && !file.EndsWith(".lock", StringComparison.Ordinal))
            .ToDictionary(file => Path.GetFileName(file), ReadShared));

    public SqliteImage With(string file, byte[] bytes) => new(new Dictionary<string, byte[]>(Files) { [file] = bytes });

    /// <summary>Puts the files into a folder that is made anew.</summary>
    /// <returns>The database's path.</returns>
    public string WriteTo(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        foreach (var (file, bytes) in Files)
            File.WriteAllBytes(Path.Combine(folder, file), bytes);
        return Path.Combine(folder, Database);
    }

    public static byte[] ReadShared(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
