using System.Globalization;

namespace Collab.Tests.Crash;

/// <summary>The long form, run by <c>./collab crash</c> as a process of its own so that each round is told when it is over.</summary>
internal static class CrashCommand
{
    /// <param name="store"><c>all</c>, or one.</param>
    /// <returns>The exit code of the process.</returns>
    public static async Task<int> RunAsync(string rounds, string store, string seed)
    {
        var reports = new List<CrashReport>();
        try
        {
            foreach (string name in store == "all" ? ["sqlite"] : (string[])[store])
            {
                Console.WriteLine($"{rounds} rounds on {name}, seed {seed}.");
                reports.Add(await CrashRun.RunAsync(
                    name, int.Parse(rounds, CultureInfo.InvariantCulture), int.Parse(seed, CultureInfo.InvariantCulture), Console.WriteLine));
            }
        }
        catch (Xunit.Sdk.XunitException failure)
        {
            Console.Error.WriteLine(failure.Message);
            return 1;
        }

        Console.WriteLine($"\n{CrashReport.MarkdownHead}");
        reports.ForEach(report => Console.WriteLine(report.Markdown));
        return 0;
    }
}
