using Collab.Tests.Operations;
using Xunit.Abstractions;

namespace Collab.Tests.Fuzz;

/// <summary>A little of <c>./collab fuzz</c>: the same inputs each time, and all that were ever found to break something.</summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int Seed = 20261121;

    // What takes some seconds on a calm core.
    private const int Inputs = 40_000;

    // Sealing and opening is cryptography: a mutation is worth as much, and costs ten times more.
    private const int TokenInputs = 8_000;

    public static TheoryData<string> Targets { get; } = [.. FuzzCommand.Targets().Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Whatever_it_reads_is_valid_or_refused(string name)
    {
        var fuzzer = new Fuzzer(FuzzCommand.Targets().Single(target => target.Name == name), Seed);
        fuzzer.Run(name.EndsWith("-token", StringComparison.Ordinal) ? TokenInputs : Inputs);
        output.WriteLine($"Seed {Seed}: {fuzzer}");
    }

    [Fact]
    public void What_broke_something_once_does_so_no_more()
    {
        var fuzzers = FuzzCommand.Targets().ToDictionary(target => target.Name, target => new Fuzzer(target, Seed));
        foreach (string line in File.ReadLines(Path.Combine(Repository.Root, "Collab.Tests", "Fuzz", "regressions.txt")).Where(line => line.Length > 0 && line[0] != '#'))
        {
            string[] words = line.Split(' ');
            fuzzers[words[0]].Read(Convert.FromBase64String(words[1]));
        }
    }
}
