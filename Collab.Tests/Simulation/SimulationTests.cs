using System.Collections.Concurrent;
using System.Globalization;
using Collab.Contracts;
using Collab.Operations;
using Collab.Operations.Deltas;
using Xunit.Abstractions;

namespace Collab.Tests.Simulation;

/// <summary>At rest: all replicas equal each other, the log replayed from scratch and the authority; every acknowledged operation is there exactly once, nothing typed is lost.</summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private const int Seeds = 10_000;
    private const int FailuresShown = 3;

    [Fact]
    public void Ten_thousand_seeds_come_to_rest_with_equal_replicas()
    {
        var failures = RunAll(Enumerable.Range(1, Seeds));
        Assert.True(failures.IsEmpty, $"{failures.Count} of {Seeds} seeds failed: {string.Join(", ", failures.Keys.Order().Take(20))}\n" +
            string.Join("\n\n", failures.OrderBy(failure => failure.Value.Length).Take(FailuresShown).Select(failure => failure.Value)));
    }

    /// <summary>Seeds that failed once, each with the cause that was found.</summary>
    [Fact]
    public void Seeds_that_failed_once_pass()
    {
        foreach (int seed in Regressions())
            Pass(Simulation.Run(seed));
    }

    /// <summary>COLLAB_SEED=n runs that one; without it, the first.</summary>
    [Fact]
    public void One_seed()
    {
        string seed = Environment.GetEnvironmentVariable("COLLAB_SEED") ?? "1";
        Pass(Simulation.Run(int.Parse(seed, CultureInfo.InvariantCulture)));
    }

    /// <summary>COLLAB_SIMULATE_FOREVER=1 goes on from seed 10,001 until a seed fails; without it, a hundred more.</summary>
    [Fact]
    public void On_and_on()
    {
        bool isForever = Environment.GetEnvironmentVariable("COLLAB_SIMULATE_FOREVER") == "1";
        for (int first = Seeds + 1; isForever || first == Seeds + 1; first += 100)
        {
            var failures = RunAll(Enumerable.Range(first, 100));
            Assert.True(failures.IsEmpty, failures.Values.FirstOrDefault());
            if (isForever && first % 10_000 == 1)
                Console.WriteLine($"Seeds up to {first + 99} passed.");
        }
    }

    [Fact]
    public void A_seed_gives_the_same_run_every_time() => Assert.Equal(Simulation.Trace(7).Lines, Simulation.Trace(7).Lines);

    /// <summary>Runs in which nothing happens would pass as well.</summary>
    [Fact]
    public void The_runs_meet_what_they_are_there_to_meet()
    {
        var counts = Enumerable.Range(1, 1000)
            .SelectMany(seed => Simulation.Trace(seed, isTraced: false).Counts)
            .GroupBy(count => count.Key, count => count.Value)
            .ToDictionary(group => group.Key, group => group.Sum());
        foreach (var (what, times) in counts.OrderByDescending(count => count.Value))
            output.WriteLine($"{times,7} {what}");
        string[] expected =
        [
            "resubmission", "duplicate acknowledged", "read", "crash", "append Fenced", "snapshot", "snapshot with outstanding", "snapshot with buffer",
            "submit refused: Conflict", "submit refused: NotAdmitted", "submit refused: StorageUnavailable", "submit refused: Timeout",
            "submit refused: RevisionUnavailable", "join refused: StorageUnavailable", "check", "leave", "outage", "append failed",
            "read refused: RevisionUnavailable", "trim", "damaged snapshot read",
        ];
        Assert.All(expected, what => Assert.True(counts.GetValueOrDefault(what) > 0, $"Not one run had: {what}."));
    }

    [Theory]
    [InlineData("the authority breaks ties the other way round")]
    [InlineData("a resubmission is applied again")]
    [InlineData("the log forgets an append that it confirmed")]
    [InlineData("an admission denies what was applied")]
    public void The_checker_catches(string crime)
    {
        var sabotage = crime switch
        {
            "the authority breaks ties the other way round" => new Sabotage { Kind = kind => new WrongTies(kind) },
            "a resubmission is applied again" => Resequencing(),
            "the log forgets an append that it confirmed" => new Sabotage { IsAppendLost = append => append.Records[0].Revision.Value == 5 },
            _ => new Sabotage { Admission = admission => admission with { AppliedSequence = 0, AppliedRevision = Revision.Zero } },
        };
        int caught = Enumerable.Range(1, 100).FirstOrDefault(seed => Simulation.Run(seed, sabotage) is not null);
        output.WriteLine($"Caught by seed {caught}.");
        Assert.True(caught > 0, $"A hundred seeds passed although {crime}.");
    }

    // With the whole story, which an assertion of equality would cut short.
    private static void Pass(string? failure) => Assert.True(failure is null, failure);

    // As if the authority did not remember what a session had sent: every submission is new to it.
    private static Sabotage Resequencing()
    {
        int sequence = 0;
        return new Sabotage { Submission = submission => submission with { Sequence = Interlocked.Increment(ref sequence) } };
    }

    private static ConcurrentDictionary<int, string> RunAll(IEnumerable<int> seeds)
    {
        var failures = new ConcurrentDictionary<int, string>();
        // On threads of their own: on the pool's, whoever runs beside this waits for a thread until it is done.
        var shared = Partitioner.Create(seeds, EnumerablePartitionerOptions.NoBuffering).GetDynamicPartitions();
        Task.WaitAll([.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))]);
        return failures;

        void Work()
        {
            foreach (int seed in shared)
            {
                if (failures.Count >= 50)
                    return;
                if (Simulation.Run(seed) is { } failure)
                    failures[seed] = failure;
            }
        }
    }

    private static IEnumerable<int> Regressions()
    {
        using var lines = new StreamReader(typeof(SimulationTests).Assembly.GetManifestResourceStream("Collab.Tests.Simulation.regressions.txt")!);
        while (lines.ReadLine() is { } line)
            if (line.Length > 0 && line[0] != '#')
                yield return int.Parse(line.AsSpan(0, (line + " ").IndexOf(' ')), CultureInfo.InvariantCulture);
    }

    private sealed class WrongTies(IDocumentKind kind) : IDocumentKind
    {
        public string Name => kind.Name;

        public IContent Initial => kind.Initial;

        public IDelta DecodeDelta(ReadOnlySpan<byte> utf8, DeltaLimits limits) => kind.DecodeDelta(utf8, limits);

        public IContent DecodeContent(ReadOnlySpan<byte> utf8) => kind.DecodeContent(utf8);

        public Rebased Rebase(IDelta delta, IReadOnlyList<IDelta> over) =>
            new(over.Aggregate(delta, (moved, other) => kind.Transform(moved, other).First), [], 0);

        public IDelta Compose(IDelta first, IDelta second) => kind.Compose(first, second);

        public IDelta Invert(IDelta delta, IContent content) => kind.Invert(delta, content);

        public (IDelta First, IDelta Second) Transform(IDelta first, IDelta second) => kind.Transform(first, second);

        public bool ChangesOnlyComments(IDelta delta) => kind.ChangesOnlyComments(delta);

        public IDelta Difference(IContent before, IContent after) => kind.Difference(before, after);

        public Selection TransformSelection(Selection selection, IDelta over, CaretSide side) => kind.TransformSelection(selection, over, side);
    }
}
