using System.Globalization;

namespace Collab.Stress.Server;

/// <summary>The process on this machine that listens where the load goes to, found and read in Linux' <c>/proc</c>. Of a system of several processes that is the web host.</summary>
internal sealed class ServerProcess
{
    private const string Listens = "0A";

    // USER_HZ: what /proc counts processor time in, on every architecture that .NET runs on.
    private const double TicksPerSecond = 100;

    private readonly string _folder;

    private ServerProcess(string folder) => _folder = folder;

    public int Id => int.Parse(Path.GetFileName(_folder), CultureInfo.InvariantCulture);

    /// <returns>Null where the target is elsewhere, the system is another, or the process is another user's.</returns>
    public static ServerProcess? Find(Uri target)
    {
        if (!OperatingSystem.IsLinux() || !target.IsLoopback)
            return null;
        var sockets = Sockets("/proc/net/tcp", target.Port).Concat(Sockets("/proc/net/tcp6", target.Port)).Select(inode => $"socket:[{inode}]").ToHashSet();
        return sockets.Count == 0 ? null : Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0]) && Holds(folder, sockets)).Select(folder => new ServerProcess(folder)).FirstOrDefault();
    }

    /// <returns>Null when the process has ended.</returns>
    public ProcessUsage? Read()
    {
        try
        {
            // The name, in parentheses, may have spaces: what is counted comes behind it, from the third field on.
            string stat = File.ReadAllText(Path.Combine(_folder, "stat"));
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            double ticks = Number(fields[11]) + Number(fields[12]);
            string[] pages = File.ReadAllText(Path.Combine(_folder, "statm")).Split(' ');
            return new ProcessUsage(TimeSpan.FromSeconds(ticks / TicksPerSecond), Number(pages[1]) * Environment.SystemPageSize);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Sockets(string table, int port)
    {
        if (!File.Exists(table))
            yield break;
        foreach (string line in File.ReadLines(table).Skip(1))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields[3] == Listens && fields[1].EndsWith($":{port:X4}", StringComparison.Ordinal))
                yield return fields[9];
        }
    }

    private static bool Holds(string folder, HashSet<string> sockets)
    {
        try
        {
            return Directory.EnumerateFiles(Path.Combine(folder, "fd")).Any(file => File.ResolveLinkTarget(file, returnFinalTarget: false)?.Name is { } name && sockets.Contains(name));
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static long Number(string field) => long.Parse(field, CultureInfo.InvariantCulture);
}
