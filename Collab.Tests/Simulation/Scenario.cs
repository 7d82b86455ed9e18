using Collab.Contracts.Documents;
using Collab.Grains.Documents;
using Collab.Operations;
using Collab.Operations.RichText;
using Collab.Operations.Text;

namespace Collab.Tests.Simulation;

/// <summary>
/// What happens in one run, drawn from its seed. Each kind of trouble is there or not ("swarm testing"): a run in which everything
/// fails a little never gets far enough to meet the rarer combinations.
/// </summary>
internal sealed record Scenario
{
    public required IDocumentKind Kind { get; init; }

    public required ConflictPolicy Policy { get; init; }

    public required DocumentOptions Options { get; init; }

    public required int Clients { get; init; }

    public required int Hosts { get; init; }

    /// <summary>Edits that each client makes.</summary>
    public required int Edits { get; init; }

    public required TimeSpan EditPause { get; init; }

    public required TimeSpan NetworkDelay { get; init; }

    /// <summary>Chance that a message takes some seconds, longer than the client waits for an answer.</summary>
    public required double Spike { get; init; }

    /// <summary>Mean time between cuts of each connection; zero for never.</summary>
    public required TimeSpan CutEvery { get; init; }

    /// <summary>Mean time that a client stays away after a cut.</summary>
    public required TimeSpan Away { get; init; }

    /// <summary>Chance that a push from the document to a host, or to one of its connections, gets lost.</summary>
    public required double LostPush { get; init; }

    public required double RepeatedPush { get; init; }

    /// <summary>Chance that a host delivers a submission twice, as a retry of its call would.</summary>
    public required double RepeatedSubmission { get; init; }

    public required TimeSpan LogDelay { get; init; }

    /// <summary>Chance that a call of the log fails without effect.</summary>
    public required double LogFails { get; init; }

    /// <summary>Chance that an append happens and is reported as failed.</summary>
    public required double AppendLies { get; init; }

    /// <summary>Mean time between times in which the log is away altogether; zero for never.</summary>
    public required TimeSpan OutageEvery { get; init; }

    /// <summary>Mean length of such a time.</summary>
    public required TimeSpan Outage { get; init; }

    /// <summary>Chance that a call during an outage hangs until its end, and happens then, instead of failing at once.</summary>
    public required double OutageHangs { get; init; }

    /// <summary>Mean time between crashes of the document's activation; zero for never.</summary>
    public required TimeSpan CrashEvery { get; init; }

    /// <summary>Mean time between moments at which a second activation comes up beside the first; zero for never.</summary>
    public required TimeSpan OverlapEvery { get; init; }

    /// <summary>Chance that a client ends its session when it goes, instead of losing its connection.</summary>
    public required double Leave { get; init; }

    /// <summary>Chance that a snapshot is not what was written when it is read again.</summary>
    public required double SnapshotDamage { get; init; }

    public static Scenario Draw(Random random)
    {
        var drawn = new Scenario
        {
            Kind = random.Next(5) < 3 ? TextKind.Instance : RichTextKind.Instance,
            Policy = random.Next(8) == 0 ? ConflictPolicy.Strict : ConflictPolicy.Merge,
            Options = Limits(random.Next(3)),
            Clients = random.Next(2, 5),
            Hosts = random.Next(1, 4),
            Edits = random.Next(4, 30),
            EditPause = Milliseconds(random.Next(30, 500)),
            NetworkDelay = Milliseconds(random.Next(3) == 0 ? 300 : 30),
            Spike = Sometimes(0.02),
            CutEvery = Milliseconds(Sometimes(random.Next(500, 8_000))),
            Away = Milliseconds(random.Next(3) switch { 0 => 8_000, 1 => 1_000, _ => 100 }),
            LostPush = Sometimes(0.1),
            RepeatedPush = Sometimes(0.1),
            RepeatedSubmission = Sometimes(0.1),
            LogDelay = Milliseconds(random.Next(4) == 0 ? 400 : 5),
            LogFails = Sometimes(0.05),
            AppendLies = Sometimes(0.05),
            OutageEvery = Milliseconds(random.Next(3) == 0 ? random.Next(2_000, 20_000) : 0),
            Outage = Milliseconds(random.Next(200, 8_000)),
            OutageHangs = random.Next(3) / 2.0,
            CrashEvery = Milliseconds(Sometimes(random.Next(1_000, 8_000))),
            OverlapEvery = Milliseconds(Sometimes(random.Next(1_000, 8_000))),
            Leave = Sometimes(0.3),
            SnapshotDamage = Sometimes(0.4),
        };
        Retain(drawn.Options, random);
        return drawn;

        double Sometimes(double value) => random.Next(2) == 0 ? value : 0;
    }

    // From roomy to so tight that a client which was away a moment needs a snapshot, or can't be rebased at all.
    private static DocumentOptions Limits(int tightness) => tightness switch
    {
        0 => new DocumentOptions(),
        1 => new DocumentOptions { WindowOperationsLimit = 16, CatchUpOperationsLimit = 1_000, RebaseOperationsLimit = 1_000, SnapshotOperations = 10 },
        _ => new DocumentOptions { WindowOperationsLimit = 8, CatchUpOperationsLimit = 4, RebaseOperationsLimit = 6, SnapshotOperations = 5 },
    };

    // So little that a client which was away a moment finds what it knew gone.
    private static void Retain(DocumentOptions options, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                options.RetainOperations = random.Next(1, 3 * options.SnapshotOperations);
                break;
            case 1:
                options.RetainFor = Milliseconds(random.Next(100, 10_000));
                break;
        }
    }

    private static TimeSpan Milliseconds(double value) => TimeSpan.FromMilliseconds(value);
}
