using System.Globalization;
using Collab.Tests.Crash.Outages;

namespace Collab.Tests.Crash;

/// <summary>The long form, run by <c>./collab crash</c> as a process of its own so that each round is told when it is over.</summary>
internal static class CrashCommand
{
    /// <param name="store"><c>all</c>, or one.</param>
    /// <returns>The exit code of the process.</returns>
    public static async Task<int> RunAsync(string rounds, string store, string seed)
    {
        var stores = store == "all" ? CrashStore.Names : [store];
        try
        {
            var crashes = await CrashAsync(stores, Number(rounds), Number(seed));
            var outages = await FallIllAsync(stores, Number(seed));
            Tell(CrashReport.MarkdownHead, crashes.Select(report => report.Markdown));
            Tell(OutageReport.MarkdownHead, outages.Select(report => report.Markdown));
            return 0;
        }
        catch (Xunit.Sdk.XunitException failure)
        {
            Console.Error.WriteLine(failure.Message);
            return 1;
        }
    }

    private static async Task<List<CrashReport>> CrashAsync(IEnumerable<string> stores, int rounds, int seed)
    {
        var reports = new List<CrashReport>();
        foreach (string store in stores)
        {
            Console.WriteLine($"{rounds} rounds on {store}, seed {seed}.");
            reports.Add(await CrashRun.RunAsync(store, rounds, seed, Console.WriteLine));
        }

        return reports;
    }

    private static async Task<List<OutageReport>> FallIllAsync(IEnumerable<string> stores, int seed)
    {
        var reports = new List<OutageReport>();
        foreach (bool isKilled in (bool[])[false, true])
            foreach (var outage in stores.SelectMany(Outage.All))
            {
                Console.WriteLine($"{outage.Name}{(isKilled ? ", and the server is killed meanwhile" : "")}.");
                reports.Add(await OutageRun.RunAsync(outage, seed, isKilled));
            }

        return reports;
    }

    private static void Tell(string head, IEnumerable<string> rows) => Console.WriteLine($"\n{head}\n{string.Join('\n', rows)}");

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);
}
