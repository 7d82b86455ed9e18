using System.Globalization;

namespace Collab.Tests.Hostile;

/// <summary>The long form, run by <c>./collab hostile</c>: the same attacks, larger, with how the neighbours fared before, during and after each.</summary>
internal static class HostileCommand
{
    /// <param name="size">How much larger than in CI: with 20, ten thousand connections in a row.</param>
    /// <param name="name">A part of the names of the attacks to make; empty for all.</param>
    /// <returns>The exit code of the process.</returns>
    public static async Task<int> RunAsync(string size, string name)
    {
        await using var victim = await Victim.StartAsync();
        Console.WriteLine($"{"before",-60} {victim.Before}");
        try
        {
            foreach (var attack in Attack.All.Where(attack => attack.Name.Contains(name, StringComparison.Ordinal)))
            {
                var during = await victim.SufferAsync(attack, int.Parse(size, CultureInfo.InvariantCulture));
                var after = await victim.Neighbours.TakeAsync(60);
                Console.WriteLine(FormattableString.Invariant(
                    $"{attack.Name,-60} {during}, {during.Percentile99 / victim.Before.Percentile99:0.0}× p99 before; after it {after.Percentile99 / victim.Before.Percentile99:0.0}×; {victim.MemoryGrowth >> 20} MiB more"));
            }

            await victim.EndAsync();
            Console.WriteLine($"In the end {victim.MemoryGrowth >> 20} MiB more than before.");
            return 0;
        }
        catch (Xunit.Sdk.XunitException failure)
        {
            Console.Error.WriteLine(failure.Message);
            return 1;
        }
    }
}
