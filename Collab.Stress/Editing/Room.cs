using System.Diagnostics;
using Collab.Client;
using Collab.Operations.Ropes;
using Collab.Stress.Connections;
using Collab.Stress.Editing.Edits;
using Collab.Stress.Editing.Measures;
using Collab.Stress.Integrity;
using Collab.Stress.Reporting;
using Collab.Stress.Server;

namespace Collab.Stress.Editing;

/// <summary>A document of the run and who is in it: people come and go.</summary>
internal sealed class Room(int number, string id, EditingScenario scenario, StressPlan plan, StressServer server, Recorder recorder)
{
    // Within what a server takes in one operation.
    private const int PieceLength = 200_000;

    private readonly Lock _lock = new();
    private readonly List<Participant> _present = [];
    private readonly Propagation _propagation = new(recorder);
    private int _joined;

    /// <summary>The document's, from 0.</summary>
    public int Number => number;

    public WatchedDocument Watched { get; } = new(id);

    /// <summary>Who is in it now.</summary>
    public IReadOnlyList<Participant> Present
    {
        get
        {
            lock (_lock)
                return [.. _present];
        }
    }

    /// <summary>Makes the document, with what the scenario wants to stand in it.</summary>
    public async Task CreateAsync(CancellationToken cancellation)
    {
        await using var creator = server.Connect($"creator-{number}");
        await creator.CreateAsync(id, scenario.Kind(number, plan), title: $"Load test: {scenario.Name}", cancellation: cancellation);
        var document = await creator.OpenAsync(id, cancellation);
        var witness = Watched.Watch($"creator-{number}", document);
        for (int length = 0; length < scenario.InitialLength; length += PieceLength)
            await document.ReplaceAsync(length, 0, Prose.Of(Math.Min(PieceLength, scenario.InitialLength - length), plan.Seed & int.MaxValue), cancellation);
        var past = scenario.HabitsOf(SeedOf(-1), plan);
        int caret = 0;
        for (int edit = 0; edit < scenario.HistoryLength; edit++)
            await document.EditAsync(content => past.Style.Edit((SequenceContent)content, past.Next() with { Kind = EditKind.Insert }, ref caret)!, cancellation);
        witness.Leave();
    }

    /// <summary>Somebody comes.</summary>
    /// <exception cref="CollabException">The server does not let them in.</exception>
    public async Task<Participant> JoinAsync(CancellationToken cancellation)
    {
        int index = Interlocked.Increment(ref _joined) - 1;
        var wire = new Wire(recorder) { IsNarrow = scenario.IsSlow(index, plan) };
        string name = $"{number}-{index}";
        long wanted = Stopwatch.GetTimestamp();
        var client = server.Connect(name, wire);
        try
        {
            var document = await client.OpenAsync(id, cancellation);
            recorder.Admitted(Stopwatch.GetElapsedTime(wanted));
            recorder.Happened("join");
            var participant = new Participant(
                Watched.Watch(name, document), client, document, wire, scenario.HabitsOf(SeedOf(index), plan), wire.IsNarrow ? null : _propagation, recorder);
            lock (_lock)
                _present.Add(participant);
            return participant;
        }
        catch
        {
            await client.DisposeAsync();
            wire.Dispose();
            throw;
        }
    }

    /// <summary>Somebody goes, and takes nothing along that is not saved.</summary>
    public async Task LeaveAsync(Participant participant)
    {
        await participant.StopAsync();
        try
        {
            await participant.SettleAsync(plan.Timeout);
        }
        catch (TimeoutException)
        {
            // Counted as unanswered; the check knows that they may be in the log, or not.
        }

        lock (_lock)
            _present.Remove(participant);
        await participant.DisposeAsync();
        recorder.Happened("leave");
    }

    // The same for the same place in the run, whatever else happens.
    private int SeedOf(int index) => unchecked((((plan.Seed * 486187739) + number) * 486187739) + index);
}
