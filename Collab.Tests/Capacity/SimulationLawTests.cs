using Collab.Benchmarks.Capacity;

namespace Collab.Tests.Capacity;

/// <summary>What has to be true of any queueing system, and of this one's closed form. Without it nobody should believe what <c>./collab bench capacity</c> says of ten million connections.</summary>
public sealed class SimulationLawTests
{
    private const int Seed = 20261121;

    private static readonly Costs Costs = new()
    {
        WebReceive = 60,
        WebPush = 40,
        WebDeliver = 20,
        SiloDecide = 50,
        SiloPush = 25,
        SiloForward = 15,
        SiloTransaction = 150,
        SiloAppend = 10,
        DatabaseTransaction = 300,
        DatabaseAppend = 15,
        Sync = 300,
        Hop = 100,
        WalBytes = 500,
    };

    private static readonly Fleet Fleet = new() { Silos = 2, SiloCores = 2, WebHosts = 3, WebCores = 2, DatabaseCores = 4, Documents = 500, Connections = 5_000, TypingShare = 0.2, TypingRate = 2, SpreadOver = 12 };

    [Fact]
    public void A_queue_of_which_theory_knows_everything_waits_as_long_as_theory_says()
    {
        // Pollaczek–Khinchine for M/D/1 at half its capacity: 1 of service and 0.5 × 1 ÷ (2 × (1 − 0.5)) = 0.5 of waiting.
        var loop = new EventLoop();
        var station = new Station(loop, servers: 1);
        var random = new Random(Seed);
        void Arrive()
        {
            station.Serve(1, static () => { });
            loop.After(-Math.Log(1 - random.NextDouble()) / 0.5, Arrive);
        }

        Arrive();
        loop.RunUntil(200_000);

        Assert.Equal(1.5, station.MeanStay, 0.03);
        Assert.Equal(0.5, station.Utilisation, 0.01);
    }

    [Fact]
    public void Littles_law_holds_at_every_machine()
    {
        var report = new FleetSimulation(Fleet, Costs, Seed).Run(warmup: 0.5, seconds: 4);

        foreach (var station in report.Stations)
        {
            Assert.True(station.Completed > 500, $"Only {station.Completed} pieces of work.");
            Close(station.Completed / station.Elapsed * station.MeanStay, station.MeanPresent, 0.02);
        }
    }

    [Fact]
    public void Utilisations_are_those_of_the_closed_form()
    {
        var report = new FleetSimulation(Fleet, Costs, Seed).Run(warmup: 0.5, seconds: 4);
        var formulas = Formulas.Of(Fleet, Costs);

        Close(formulas.Operations, report.OperationsPerSecond, 0.03);
        Close(formulas.Silo, report.Silo, 0.1);
        Close(formulas.Web, report.Web, 0.1);
        Close(formulas.Database, report.Database, 0.15);
    }

    [Fact]
    public void Twice_the_machines_for_twice_the_people_are_as_busy_and_as_quick()
    {
        // All documents alike: of unequal ones the largest of many are larger than those of few.
        var fleet = Fleet with { Zipf = 0 };
        var formulas = Formulas.Of(fleet, Costs);
        var twice = fleet with { Silos = 4, WebHosts = 6, DatabaseCores = 8, Documents = 1_000, Connections = 10_000 };
        var one = new FleetSimulation(fleet, Costs, Seed).Run(warmup: 0.5, seconds: 4);
        var two = new FleetSimulation(twice, Costs, Seed).Run(warmup: 0.5, seconds: 4);

        Close(2 * one.OperationsPerSecond, two.OperationsPerSecond, 0.03);
        // One thing does not stay: of two silos a message meets the right one by chance every second time, of four every fourth.
        double passedOn = 0.25 * ((2 * formulas.Operations) + (2 * formulas.Pushes)) * Costs.SiloForward / 1e6 / 8;
        Close(one.Silo + passedOn, two.Silo, 0.05);
        Close(one.Web, two.Web, 0.05);
        Close(one.LatencyP50, two.LatencyP50, 0.15);
    }

    [Fact]
    public void Twice_the_machines_for_the_same_people_are_half_as_busy()
    {
        var one = new FleetSimulation(Fleet, Costs, Seed).Run(warmup: 0.5, seconds: 4);
        var two = new FleetSimulation(Fleet with { SiloCores = 4, WebCores = 4, DatabaseCores = 8 }, Costs, Seed).Run(warmup: 0.5, seconds: 4);

        Close(one.Web / 2, two.Web, 0.05);
        Close(one.Silo / 2, two.Silo, 0.08);
    }

    [Fact]
    public void A_document_has_one_turn_at_a_time_however_many_cores_there_are()
    {
        var hot = Fleet with { Documents = 1, Connections = 200, SiloCores = 16, WebCores = 16 };
        var report = new FleetSimulation(hot, Costs, Seed, authors: 200).Run(warmup: 1, seconds: 5);

        Assert.InRange(report.OperationsPerSecond, 0.7e6 / Costs.SiloDecide, 1.02e6 / Costs.SiloDecide);
    }

    [Fact]
    public void A_seed_is_a_run()
    {
        var one = new FleetSimulation(Fleet, Costs, Seed).Run(warmup: 0.5, seconds: 2);
        var again = new FleetSimulation(Fleet, Costs, Seed).Run(warmup: 0.5, seconds: 2);
        var other = new FleetSimulation(Fleet, Costs, Seed + 1).Run(warmup: 0.5, seconds: 2);

        Assert.Equal((one.LatencyP50, one.LatencyP99, one.Silo), (again.LatencyP50, again.LatencyP99, again.Silo));
        Assert.NotEqual(one.LatencyP99, other.LatencyP99);
    }

    private static void Close(double expected, double actual, double part) =>
        Assert.True(Math.Abs(actual - expected) <= part * expected, $"{actual} is not within {part:P0} of {expected} (seed {Seed}).");
}
