using System.Globalization;

namespace Collab.Benchmarks.Replay;

/// <summary>Who used the processors since it was made: the measured processes by their role, this program, everybody else.</summary>
/// <param name="roles">The ids of the processes that play each role; asked again at the end, since a database starts and ends some all the time.</param>
internal sealed class MachineCpu(params Func<IEnumerable<int>>[] roles)
{
    private readonly TimeSpan[] _roles = [.. roles.Select(role => ProcessCpu.Of(role()))];
    private readonly TimeSpan _own = Environment.CpuUsage.TotalTime;
    private readonly TimeSpan _all = Busy();

    /// <returns>For each role in the order given; this program; all other programs of the machine.</returns>
    public (TimeSpan[] Roles, TimeSpan Own, TimeSpan Other) Since()
    {
        var measured = roles.Select((role, i) => ProcessCpu.Of(role()) - _roles[i]).ToArray();
        var (own, all) = (Environment.CpuUsage.TotalTime - _own, Busy() - _all);
        var other = measured.Aggregate(all - own, (rest, role) => rest - role);
        return (measured, own, other > TimeSpan.Zero ? other : TimeSpan.Zero);
    }

    /// <summary>Line <c>cpu</c> of /proc/stat, without idle (4th) and waiting for disks (5th); ticks of 10 ms.</summary>
    private static TimeSpan Busy()
    {
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9]
            .Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        return TimeSpan.FromMilliseconds(10 * (ticks.Sum() - ticks[3] - ticks[4]));
    }
}
