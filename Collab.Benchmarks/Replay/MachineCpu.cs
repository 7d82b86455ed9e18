using System.Globalization;

namespace Collab.Benchmarks.Replay;

/// <summary>Who used the processors since it was made: the server, this program, everybody else.</summary>
internal sealed class MachineCpu(ServerProcess server)
{
    private readonly TimeSpan _server = server.Cpu();
    private readonly TimeSpan _own = Environment.CpuUsage.TotalTime;
    private readonly TimeSpan _all = Busy();

    public (TimeSpan Server, TimeSpan Own, TimeSpan Other) Since()
    {
        var (serverCpu, own, all) = (server.Cpu() - _server, Environment.CpuUsage.TotalTime - _own, Busy() - _all);
        return (serverCpu, own, all - serverCpu - own is var other && other > TimeSpan.Zero ? other : TimeSpan.Zero);
    }

    /// <summary>Line <c>cpu</c> of /proc/stat, without idle (4th) and waiting for disks (5th); ticks of 10 ms.</summary>
    private static TimeSpan Busy()
    {
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9]
            .Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        return TimeSpan.FromMilliseconds(10 * (ticks.Sum() - ticks[3] - ticks[4]));
    }
}
