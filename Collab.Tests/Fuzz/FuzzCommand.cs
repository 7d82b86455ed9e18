using System.Diagnostics;
using System.Globalization;

namespace Collab.Tests.Fuzz;

/// <summary>The long form, run by <c>./collab fuzz</c>: all targets in turn, until the time is over or a law is broken.</summary>
internal static class FuzzCommand
{
    private const int Turn = 20_000;

    public static IEnumerable<FuzzTarget> Targets() => [.. OperationTargets.All(), .. MessageTargets.All()];

    /// <returns>The exit code of the process.</returns>
    public static int Run(string minutes, string seed)
    {
        var limit = TimeSpan.FromMinutes(double.Parse(minutes, CultureInfo.InvariantCulture));
        int number = int.Parse(seed, CultureInfo.InvariantCulture);
        Console.WriteLine($"{limit.TotalMinutes:0.#} minutes, seed {number}.");
        var watch = Stopwatch.StartNew();
        try
        {
            List<Fuzzer> fuzzers = [.. Targets().Select(target => new Fuzzer(target, number))];
            while (watch.Elapsed < limit)
                fuzzers.ForEach(fuzzer => fuzzer.Run(Turn));
            fuzzers.ForEach(fuzzer => Console.WriteLine(fuzzer));
            Console.WriteLine($"{fuzzers.Sum(fuzzer => fuzzer.Count):N0} inputs in {watch.Elapsed.TotalSeconds:0} s; no law was broken.");
            return 0;
        }
        catch (FuzzException broken)
        {
            Console.Error.WriteLine(broken.Message);
            return 1;
        }
    }
}
