using System.Globalization;

namespace Collab.Benchmarks.Replay;

/// <summary>What processes have used of the processors.</summary>
internal static class ProcessCpu
{
    /// <summary>User and system time, all threads and processes together; of children only those that are over and waited for.</summary>
    public static TimeSpan Of(params IEnumerable<int> processes) => processes.Aggregate(TimeSpan.Zero, (sum, process) => sum + OfOne(process));

    // Fields 14 to 17 of /proc/PID/stat, in ticks of 10 ms; counted after the name, which may hold spaces.
    private static TimeSpan OfOne(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return TimeSpan.FromMilliseconds(10 * Enumerable.Range(11, 4).Sum(index => long.Parse(fields[index], CultureInfo.InvariantCulture)));
    }
}
