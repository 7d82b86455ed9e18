using System.Net;
using System.Net.Sockets;
using Collab.Stress.Server;

namespace Collab.Tests.Stress;

/// <summary>What is known of a server on this machine.</summary>
public sealed class UsageTests
{
    [Fact]
    public void A_process_that_listens_here_is_found_by_its_port_and_read()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var target = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

        var found = Collab.Stress.Server.ServerProcess.Find(target);
        Assert.Equal(Environment.ProcessId, found?.Id);
        var (usage, own) = (found!.Read()!.Value, ProcessUsage.OfThisProcess());
        Assert.True(usage.Cpu > TimeSpan.Zero && usage.Cpu <= own.Cpu, $"{usage.Cpu} of {own.Cpu}");
        Assert.InRange(usage.MemoryBytes, own.MemoryBytes / 4, own.MemoryBytes * 4);
    }

    [Fact]
    public void A_server_elsewhere_and_a_port_without_one_are_not_known()
    {
        Assert.Null(Collab.Stress.Server.ServerProcess.Find(new Uri("http://collab.example:443")));
        Assert.Null(Collab.Stress.Server.ServerProcess.Find(new Uri("http://127.0.0.1:1")));
    }

    [Fact]
    public void Nothing_is_said_of_a_process_that_has_gone()
    {
        ProcessUsage? usage = new ProcessUsage(TimeSpan.FromSeconds(10), 100);
        var meter = new UsageMeter(() => usage);
        meter.Start();
        usage = new ProcessUsage(TimeSpan.FromSeconds(11), 70);
        Assert.Equal(70, meter.Take().MemoryBytes);
        usage = null;

        Assert.Equal((null, null), meter.Take());
        Assert.Equal(TimeSpan.FromSeconds(1), meter.Used);
        Assert.Equal(100, meter.MemoryPeakBytes);
    }
}
