using System.Diagnostics;
using System.Globalization;
using Collab.Tests.EndToEnd;

namespace Collab.Tests.Crash;

/// <summary>
/// The real server is killed while twenty clients type, started again on the same data, and everything that was acknowledged must be where it was
/// said to be. Again and again, on one store that grows.
/// </summary>
/// <remarks>Moments are random and seeded; what the processes do at them is the machine's affair, so a seed repeats the plan and not the run.</remarks>
internal sealed class CrashRun
{
    private readonly ServerProcess _server;
    private readonly Writers _writers;
    private readonly string _store;
    private readonly int _seed;
    private readonly Random _random;
    private readonly Action<string> _tell;
    private readonly List<TimeSpan> _ready = [];
    private readonly List<TimeSpan> _working = [];
    private readonly List<TimeSpan> _converged = [];
    private int _kills;

    private CrashRun(ServerProcess server, Writers writers, string store, int seed, Random random, Action<string> tell) =>
        (_server, _writers, _store, _seed, _random, _tell) = (server, writers, store, seed, random, tell);

    // What the server is busy with when it is killed, round by round in turn.
    private enum Moment
    {
        /// <summary>Appending and pushing.</summary>
        UnderLoad,

        /// <summary>Writing snapshots too: one after each commit of each document.</summary>
        WritingSnapshots,

        /// <summary>
        /// Giving old history up too, all but the newest operations of each document. Nobody goes on typing before everybody is back: what is typed on content that nobody has any more is fitted into a snapshot, letter by
        /// letter, and then a document is no row of tokens.
        /// </summary>
        TrimmingHistory,

        /// <summary>Under load first; and then some more times while it starts.</summary>
        Starting,
    }

    /// <summary>Kills and checks so many times.</summary>
    /// <param name="tell">Hears a line for each round.</param>
    /// <exception cref="Xunit.Sdk.XunitException">Something acknowledged is lost or there twice, or something is not equal. The message has the evidence; the data stays.</exception>
    public static async Task<CrashReport> RunAsync(string storeName, int rounds, int seed, Action<string> tell)
    {
        var random = new Random(seed);
        await using var store = await CrashStore.StartAsync(storeName);
        await using var server = new ServerProcess(store.Settings);
        await server.StartAgainAsync(Settings(Of(0)));
        await using var writers = await Writers.JoinAsync(server.Url, random);
        var run = new CrashRun(server, writers, store.Name, seed, random, tell);
        for (int round = 0; round < rounds; round++)
            await run.GuardAsync(round, () => run.RoundAsync(round));
        await run.GuardAsync(rounds, run.LastAsync);
        return run.Report(rounds);
    }

    private static Moment Of(int round) => (Moment)(round % Enum.GetValues<Moment>().Length);

    private static string[] Settings(Moment next) => next switch
    {
        Moment.WritingSnapshots => ["Collab:Documents:SnapshotOperations=1"],
        Moment.TrimmingHistory => ["Collab:Documents:SnapshotOperations=20", "Collab:Documents:RetainOperations=400"],
        _ => [],
    };

    private async Task RoundAsync(int round)
    {
        var moment = Of(round);
        int acknowledgedBefore = _writers.AcknowledgedTotal;
        _writers.Mark();
        _writers.Start();
        await _writers.WhenEachIsAcknowledgedAsync();
        if (moment == Moment.TrimmingHistory)
            await _writers.WhenTrimmedAsync();
        await ForAWhileAsync(0, 2_000);

        await KillAsync();
        await ForAWhileAsync(0, 300);
        bool isPausing = Of(round + 1) == Moment.TrimmingHistory;
        if (isPausing)
            await _writers.StopAsync();
        for (int starts = moment == Moment.Starting ? _random.Next(1, 4) : 0; starts > 0; starts--)
        {
            _server.Launch();
            await ForAWhileAsync(0, 3_000);
            await KillAsync();
        }

        _writers.Mark();
        long start = Stopwatch.GetTimestamp();
        await _server.StartAgainAsync(Settings(Of(round + 1)));
        _ready.Add(Stopwatch.GetElapsedTime(start));
        if (isPausing)
        {
            await _writers.WhenSettledAsync();
            _writers.Start();
        }

        await _writers.WhenEachIsAcknowledgedAsync();
        _working.Add(Stopwatch.GetElapsedTime(start));
        await ForAWhileAsync(0, 500);
        await _writers.StopAsync();
        long stopped = Stopwatch.GetTimestamp();
        await _writers.WhenSettledAsync();
        _converged.Add(Stopwatch.GetElapsedTime(stopped));
        await CheckAsync();
        _tell(string.Create(
            CultureInfo.InvariantCulture,
            $"Round {round + 1}, killed {Words(moment)}: {_writers.AcknowledgedTotal - acknowledgedBefore} acknowledged, ready after {_ready[^1].TotalSeconds:0.0} s, everybody works after {_working[^1].TotalSeconds:0.0} s, all equal {_converged[^1].TotalSeconds:0.0} s after the last edit."));
    }

    // What the last life wrote has been read only from itself.
    private async Task LastAsync()
    {
        await KillAsync();
        await _server.StartAgainAsync();
        await _writers.WhenSettledAsync();
        await CheckAsync();
    }

    private async Task CheckAsync()
    {
        var evidence = await _writers.AuditAsync();
        Assert.True(evidence.Count == 0, $"{_writers.Lost} lost, {_writers.Doubled} doubled.\n{string.Join('\n', evidence.Take(40))}");
    }

    private Task KillAsync()
    {
        _kills++;
        return _server.KillAsync();
    }

    // The one kind of sleep that belongs here: the moment of a crash is nobody's choice.
    private Task ForAWhileAsync(int fromMilliseconds, int toMilliseconds) => Task.Delay(_random.Next(fromMilliseconds, toMilliseconds));

    private async Task GuardAsync(int round, Func<Task> part)
    {
        try
        {
            await part();
        }
        catch (Exception failure)
        {
            string folder = _server.Keep();
            Assert.Fail($"Crash run on {_store} with seed {_seed}, round {round + 1} (killed {Words(Of(round))}): {failure.Message}\nThe data is kept in {folder}.\n{failure.StackTrace}");
        }
    }

    private CrashReport Report(int rounds) =>
        new(_store, _seed, rounds, _kills, _writers.AcknowledgedTotal, _writers.FoundTotal, _writers.TrimmedTotal, _writers.Lost, _writers.Doubled, _writers.ResubmissionsTotal, _ready, _working, _converged);

    private static string Words(Moment moment) => moment switch
    {
        Moment.UnderLoad => "under load",
        Moment.WritingSnapshots => "while it writes snapshots",
        Moment.TrimmingHistory => "while it gives old history up",
        _ => "under load and while it starts",
    };
}
