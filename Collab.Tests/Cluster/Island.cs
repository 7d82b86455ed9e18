using System.Diagnostics;

namespace Collab.Tests.Cluster;

/// <summary>
/// A network of its own on this machine, with two lines to it: one for the processes of the cluster, which can be cut and mended, and one for
/// clients. What crosses a cut line is lost without a word, as when a switch dies.
/// </summary>
/// <remarks>
/// The network lives as long as the shell that holds it, and goes with its lines when that ends, which it does when this process dies. The
/// island's end of the cluster's line hangs on a bridge: so its address stays when the line is down, for those who share the island.
/// </remarks>
internal sealed class Island : IAsyncDisposable
{
    private static int _islands = Random.Shared.Next(200);

    private readonly Process _holder;
    private readonly string _name;

    private Island(Process holder, int number)
    {
        _holder = holder;
        _name = $"ci{Environment.ProcessId % 10_000}x{number}";
        (MainlandAddress, Address, ClientAddress) = ($"10.213.{number}.1", $"10.213.{number}.2", $"10.214.{number}.2");
    }

    /// <summary>Of the processes that are not on the island, as it sees them.</summary>
    public string MainlandAddress { get; }

    /// <summary>Of its processes, for the rest of the cluster.</summary>
    public string Address { get; }

    /// <summary>Of its processes, for clients; this line is never cut.</summary>
    public string ClientAddress { get; }

    /// <summary>Runs a program there.</summary>
    public string[] Launcher => ["nsenter", $"--net=/proc/{_holder.Id}/ns/net", "--"];

    /// <returns>Why this machine or this user can't have one; null if it can.</returns>
    public static string? WhyNot()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            return "Cutting a silo off takes a network namespace, which takes Linux and root.";
        try
        {
            using var island = Process.Start(new ProcessStartInfo("unshare", ["--net", "ip", "link", "add", "name", "shore", "type", "bridge"]) { RedirectStandardError = true })!;
            string complaint = island.StandardError.ReadToEnd();
            island.WaitForExit();
            return island.ExitCode == 0 ? null : $"Cutting a silo off takes a network namespace with a bridge; here: {complaint.Trim()}";
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            return $"Cutting a silo off takes unshare and ip: {missing.Message}";
        }
    }

    public static async Task<Island> MakeAsync()
    {
        int number = Interlocked.Increment(ref _islands) % 250;
        var holder = Process.Start(new ProcessStartInfo("unshare", ["--net", "sh", "-c", "echo up; read -r _"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await holder.StandardOutput.ReadLineAsync();
        var island = new Island(holder, number);
        try
        {
            await island.BuildAsync();
            return island;
        }
        catch
        {
            await island.DisposeAsync();
            throw;
        }
    }

    /// <summary>Nothing of the cluster's gets through any more, in either direction.</summary>
    public Task CutAsync() => RunAsync([.. Launcher, "ip", "link", "set", $"{_name}b", "down"]);

    public Task MendAsync() => RunAsync([.. Launcher, "ip", "link", "set", $"{_name}b", "up"]);

    public async ValueTask DisposeAsync()
    {
        _holder.StandardInput.Close();
        await _holder.WaitForExitAsync();
        _holder.Dispose();
    }

    private async Task BuildAsync()
    {
        string[] on = Launcher;
        await LayAsync($"{_name}a", $"{_name}b", $"{MainlandAddress}/24");
        await LayAsync($"{_name}c", $"{_name}d", $"{ClientAddress[..^1]}1/24");
        await RunAsync([.. on, "ip", "link", "set", "lo", "up"]);
        await RunAsync([.. on, "ip", "link", "add", "shore", "type", "bridge"]);
        await RunAsync([.. on, "ip", "link", "set", $"{_name}b", "master", "shore", "up"]);
        await RunAsync([.. on, "ip", "addr", "add", $"{Address}/24", "dev", "shore"]);
        await RunAsync([.. on, "ip", "link", "set", "shore", "up"]);
        await RunAsync([.. on, "ip", "addr", "add", $"{ClientAddress}/24", "dev", $"{_name}d"]);
        await RunAsync([.. on, "ip", "link", "set", $"{_name}d", "up"]);
    }

    private async Task LayAsync(string mainland, string island, string mainlandAddress)
    {
        await RunAsync("ip", "link", "add", mainland, "type", "veth", "peer", "name", island, "netns", $"{_holder.Id}");
        await RunAsync("ip", "addr", "add", mainlandAddress, "dev", mainland);
        await RunAsync("ip", "link", "set", mainland, "up");
    }

    private static async Task RunAsync(params string[] command)
    {
        using var running = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
        string complaint = await running.StandardError.ReadToEndAsync();
        await running.WaitForExitAsync();
        if (running.ExitCode != 0)
            throw new InvalidOperationException($"'{string.Join(' ', command)}' ended with {running.ExitCode}: {complaint}");
    }
}
