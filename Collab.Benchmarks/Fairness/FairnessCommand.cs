using System.Globalization;
using Collab.Tests.EndToEnd;

namespace Collab.Benchmarks.Fairness;

/// <summary>What quiet people notice of noise beside them: each kind of noise between two quiet spells of the same run, so that machine and neighbours are the same for both.</summary>
internal static class FairnessCommand
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(8);

    /// <param name="arguments">Seconds of each spell (8), then <c>unlimited</c> to see what the limits on rates are worth.</param>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var spell = TimeSpan.FromSeconds(arguments.Length > 0 ? double.Parse(arguments[0], CultureInfo.InvariantCulture) : 8);
        bool isLimited = !arguments.Contains("unlimited");
        Console.WriteLine("| noise | quiet in other documents p50 | p99 | quiet in the same document p50 | p99 | the noise got through |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var noise in Noise.All)
        {
            // A server each: what one noise leaves behind must not be the next one's.
            await using var server = await ServerProcess.StartAsync(isLimited ? [] : ServerProcess.WithoutRates);
            await using var elsewhere = await QuietPairs.StartAsync(server.Url, ["a", "b", "c", "d"]);
            await using var beside = await QuietPairs.StartAsync(server.Url, [Noise.Document]);
            await Task.Delay(WarmUp);
            var (quietElsewhere, quietBeside) = await MeasureAsync(elsewhere, beside, spell);
            using var over = new CancellationTokenSource();
            var making = noise.Make(server.Url, over.Token);
            var (noisyElsewhere, noisyBeside) = await MeasureAsync(elsewhere, beside, spell);
            await over.CancelAsync();
            string told = await making;
            var (laterElsewhere, laterBeside) = await MeasureAsync(elsewhere, beside, spell);
            Console.WriteLine($"| {noise.Name} | {Tell(quietElsewhere, noisyElsewhere, laterElsewhere)} | {Tell(quietBeside, noisyBeside, laterBeside)} | {told} |");
        }

        return 0;
    }

    private static async Task<(Spell Elsewhere, Spell Beside)> MeasureAsync(QuietPairs elsewhere, QuietPairs beside, TimeSpan spell)
    {
        elsewhere.Begin();
        beside.Begin();
        await Task.Delay(spell);
        return (elsewhere.End(), beside.End());
    }

    // Against the mean of before and after: what the machine did meanwhile is in both.
    private static string Tell(Spell before, Spell during, Spell after) =>
        $"{Ratio(during.Median, (before.Median + after.Median) / 2)} | {Ratio(during.Percentile99, (before.Percentile99 + after.Percentile99) / 2)}";

    private static string Ratio(double during, double quiet) => FormattableString.Invariant($"{quiet:0.0} → {during:0.0} ms ({during / quiet:0.0}×)");
}
