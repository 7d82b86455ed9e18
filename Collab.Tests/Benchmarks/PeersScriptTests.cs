using System.Diagnostics;
using Collab.Tests.Operations;

namespace Collab.Tests.Benchmarks;

/// <summary>What <c>./collab bench peers</c> makes of its numbers; the loads themselves take too long for CI.</summary>
public sealed class PeersScriptTests
{
    [Fact]
    public async Task The_tables_and_profiles_of_the_comparison_say_what_was_measured()
    {
        using var node = Process.Start(new ProcessStartInfo("node", ["--test", "tables.test.mjs"])
        {
            WorkingDirectory = Path.Combine(Repository.Root, "Collab.Benchmarks", "peers", "systems"),
            RedirectStandardOutput = true,
        })!;
        string output = await node.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(5));
        await node.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.True(node.ExitCode == 0, output);
    }
}
