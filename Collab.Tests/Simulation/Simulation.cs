using Collab.Client.Documents;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Grains.Documents;
using Collab.Grains.Log;
using Collab.Operations;
using Collab.Operations.Deltas;

namespace Collab.Tests.Simulation;

/// <summary>
/// The real authority, commit queue and loader, the real client machines and the memory log, under one seeded scheduler with virtual
/// time, while everything goes wrong that can. A run is a function of its seed.
/// </summary>
internal static class Simulation
{
    private static readonly TimeSpan EditingLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan RestLimit = TimeSpan.FromMinutes(3);

    /// <summary>Runs one seed.</summary>
    /// <returns>Null if every fact held, else what did not, and the trace of the run.</returns>
    public static string? Run(int seed, Sabotage? sabotage = null)
    {
        if (Run(seed, sabotage ?? new Sabotage(), isTraced: false, out _) is null)
            return null;

        // Once more, with the trace on: the run is the same.
        string? failure = Run(seed, sabotage ?? new Sabotage(), isTraced: true, out var trace);
        return $"""
            Seed {seed}: {failure ?? "failed once and not again: the run is not a function of its seed."}
            Replay: ./collab simulate {seed}   (or COLLAB_SEED={seed} dotnet test Collab.Tests --filter FullyQualifiedName~SimulationTests.One_seed)
            {string.Join(Environment.NewLine, trace.Lines)}
            """;
    }

    /// <summary>What happens in the run of a seed, line by line, and how often what it is there to provoke.</summary>
    public static Trace Trace(int seed, bool isTraced = true)
    {
        Run(seed, new Sabotage(), isTraced, out var trace);
        return trace;
    }

    private static string? Run(int seed, Sabotage sabotage, bool isTraced, out Trace trace)
    {
        var scheduler = new Scheduler(seed);
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(scheduler);
        try
        {
            var scenario = Scenario.Draw(scheduler.Random);
            trace = new Trace(scheduler, isTraced);
            return new World(scheduler, scenario, sabotage, trace).Run();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    private sealed class World
    {
        private readonly Scheduler _scheduler;
        private readonly Scenario _scenario;
        private readonly MemoryOperationLog _memory = new();
        private readonly FaultyLog _log;
        private readonly Cluster _cluster;
        private readonly List<SimulatedClient> _clients = [];
        private readonly Trace _trace;

        public World(Scheduler scheduler, Scenario scenario, Sabotage sabotage, Trace trace)
        {
            (_scheduler, _scenario, _trace) = (scheduler, scenario, trace);
            _log = new FaultyLog(scheduler, scenario, _memory, trace);
            _cluster = new Cluster(scheduler, scenario, _log, sabotage, trace);
            var edits = new RandomEdits(scheduler.Random);
            for (int i = 0; i < scenario.Clients; i++)
                _clients.Add(new SimulatedClient(scheduler, scenario, _cluster, edits, trace, $"client {i}"));
            trace.Add($"{scenario}");
        }

        public string? Run()
        {
            Wait(_memory.CreateAsync(Cluster.Document, new NewDocument(_scenario.Kind.Name, _scenario.Policy, ""), default, null, CancellationToken.None));
            _cluster.Start();
            _log.Start();
            _clients.ForEach(client => client.Start());

            // People may not even get to load the document when the log fails most of the time; then they edit less.
            _scheduler.RunUntil(() => _clients.All(client => client.EditsLeft <= 0), EditingLimit);
            _cluster.IsFaulty = _log.IsFaulty = false;
            _clients.ForEach(client => client.End());
            bool isAtRest = _scheduler.RunUntil(IsAtRest, _scheduler.Now + RestLimit);
            _trace.Count("correction", _clients.Sum(client => client.State.CorrectionsTotal));
            _trace.Count("resubmission", _clients.Sum(client => client.State.ResubmissionsTotal));
            if (_scheduler.Failure is { } failure)
                return $"something threw: {failure}";
            return isAtRest ? Judge() : $"did not come to rest within {RestLimit}: {Standing()}";
        }

        private bool IsAtRest()
        {
            var head = Head;
            return _clients.All(client => client.State.Phase == DocumentPhase.Live && client.State.IsSaved && client.State.Revision == head)
                && _cluster.Current is { IsOver: false } current && current.Live.Commits.Durable.Value == head;
        }

        private long Head => Wait(_memory.DescribeAsync(Cluster.Document, CancellationToken.None))!.Revision.Value;

        private string? Judge()
        {
            var start = Wait(_memory.DescribeAsync(Cluster.Document, CancellationToken.None))!.Start;
            List<LogRecord> records = [.. _log.Trimmed, .. Wait(_memory.ReadAsync(Cluster.Document, start, int.MaxValue, long.MaxValue, CancellationToken.None))];
            for (int i = 0; i < records.Count; i++)
                if (records[i].Revision.Value != i + 1)
                    return $"the log has revision {records[i].Revision} in place {i + 1}";
            if (records.GroupBy(record => (record.Session, record.Sequence)).FirstOrDefault(group => group.Count() > 1) is { } doubled)
                return $"{doubled.Key} was applied {doubled.Count()} times";

            var deltas = records.Select(record => (Delta)_scenario.Kind.DecodeDelta(OperationEncoding.Read(record.Encoded).Delta.Span, DeltaLimits.Default)).ToList();
            var content = deltas.Aggregate(_scenario.Kind.Initial, (content, delta) => content.Apply(delta));
            if (JudgeStart(start, deltas) is { } wrong)
                return wrong;
            foreach (var newest in records.GroupBy(record => record.Session, (session, all) => all.MaxBy(record => record.Sequence)!))
                if (Wait(_memory.FindAsync(Cluster.Document, newest.Session, null, CancellationToken.None)) != newest.Applied)
                    return $"the log does not know any more that {newest.Sequence} is the newest of {newest.Session}";
            string expected = Operations.Notation.Json(content);
            if (Operations.Notation.Json(_cluster.Current!.Live.Commits.DurableContent) != expected)
                return "the authority's content is not the log's";
            var inserted = Inserted(deltas);
            return _clients.Select(client => Judge(client, records, expected, inserted)).FirstOrDefault(failure => failure is not null);
        }

        private string? JudgeStart(Revision start, List<Delta> deltas)
        {
            if (start == Revision.Zero)
                return null;
            var content = deltas.Take((int)start.Value).Aggregate(_scenario.Kind.Initial, (content, delta) => content.Apply(delta));
            var snapshot = Wait(_memory.ReadSnapshotAsync(Cluster.Document, start, CancellationToken.None));
            return snapshot?.Revision == start && snapshot.ContentHash == content.Hash() && !_log.IsDamaged(start) ? null : $"the document starts at {start} with a snapshot that is not its content there";
        }

        private static string? Judge(SimulatedClient client, List<LogRecord> records, string expected, Dictionary<int, int> inserted)
        {
            if (Operations.Notation.Json(client.State.Content!) != expected)
                return $"the content of {client.State.Session} is not the log's";
            if (client.Divergences.Count > 0)
                return $"{client.State.Session} had diverged: {client.Divergences[0].Detail}";
            if (client.State.CorrectionsTotal > 0 && !client.HadSnapshot)
                return $"{client.State.Session} and the authority moved one operation differently";
            if (client.Refusals.Find(reason => reason is not "conflict") is { } reason)
                return $"{client.State.Session} lost an edit to {reason}";
            foreach (var operation in client.Acknowledged)
                if (operation.Revision > records.Count || records[(int)operation.Revision - 1] is var record && (record.Session.Value != operation.Session || record.Sequence != operation.Sequence))
                    return $"{operation.Session}/{operation.Sequence} was acknowledged as {operation.Revision}, which the log does not have";
            int lost = client.Owed.Count(character => inserted.GetValueOrDefault(character) == 0);
            int doubled = client.Owed.Union(client.Excused).Count(character => inserted.GetValueOrDefault(character) > 1);
            return lost + doubled > 0 ? $"of what {client.State.Session} typed, {lost} characters were lost and {doubled} doubled" : null;
        }

        private static Dictionary<int, int> Inserted(List<Delta> deltas)
        {
            var counts = new Dictionary<int, int>();
            foreach (var delta in deltas)
                foreach (var component in delta.Components)
                    foreach (var rune in component.Text.EnumerateRunes())
                        counts[rune.Value] = counts.GetValueOrDefault(rune.Value) + 1;
            return counts;
        }

        private string Standing() => string.Join("; ", _clients.Select(client =>
            $"{client.State.Session} is {client.State.Phase} at {client.State.Revision}{(client.State.IsSaved ? "" : ", unsaved")}")) + $"; the log is at {Head}";

        // The memory log answers at once.
        private static T Wait<T>(ValueTask<T> answer) => answer.AsTask().GetAwaiter().GetResult();
    }
}
