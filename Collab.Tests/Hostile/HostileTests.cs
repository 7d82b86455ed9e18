using Xunit.Abstractions;

namespace Collab.Tests.Hostile;

/// <summary>Hostile clients against a real server process, with quiet people typing beside them: it stays the same process, tells nothing of its insides, and everything that the quiet ones type arrives.</summary>
public sealed class HostileTests(ITestOutputHelper output)
{
    [Fact]
    public async Task The_server_lives_through_all_of_it_and_nobody_else_loses_anything()
    {
        await using var victim = await Victim.StartAsync();
        output.WriteLine($"{"before",-60} {victim.Before}");
        foreach (var attack in Attack.All)
        {
            var during = await victim.SufferAsync(attack);
            output.WriteLine($"{attack.Name,-60} {during}, {during.Percentile99 / victim.Before.Percentile99:0.0}× p99");
        }

        await victim.EndAsync();
        output.WriteLine($"{victim.MemoryGrowth >> 20} MiB more than before.");
    }
}
