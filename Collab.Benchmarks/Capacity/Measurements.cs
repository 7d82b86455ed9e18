namespace Collab.Benchmarks.Capacity;

/// <summary>One measured run on this project's machine, and how to play it: everything on two cores, each author sending when its last operation has come back.</summary>
/// <param name="OperationsPerSecond">Measured.</param>
/// <param name="ServerMicroseconds">Processor time of the server for an operation, measured; null where it was not.</param>
/// <param name="OtherCores">What neighbours took of the two cores meanwhile.</param>
/// <param name="IsFitted">Whether the costs were fitted to it, among others. The rest are predictions.</param>
internal sealed record Measurement(
    string Name, Costs Costs, Fleet Fleet, int Authors, double OperationsPerSecond, double MedianMilliseconds, double? ServerMicroseconds = null, double OtherCores = 0, bool IsFitted = true);

/// <summary>What was measured, and the costs that follow from it.</summary>
internal static class Measurements
{
    public const int Cores = 2;

    /// <summary>The log writer and PostgreSQL alone: <c>groupcommit</c>, in docs/durability.md.</summary>
    private static readonly Costs Writer = new() { SiloTransaction = 250, SiloAppend = 12, DatabaseTransaction = 350, DatabaseAppend = 22, Sync = 500 };

    /// <summary>One process with SQLite: <c>replay</c>, in docs/performance.md.</summary>
    private static readonly Costs Embedded = new() { WebReceive = 15, SiloDecide = 15, SiloAppend = 16, SiloTransaction = 380, SiloPush = 44, WebPush = 44, WebDeliver = 16, Sync = 243 };

    /// <summary>
    /// Machines of their own: PostgreSQL's costs, those of one process, and for each call between processes 33 µs on either side (a grain call from a client takes 66 µs, measured). Networks within a zone.
    /// </summary>
    public static Costs Fleet { get; } = Writer with { WebReceive = 48, SiloDecide = 48, SiloPush = 44, WebPush = 44, WebDeliver = 16, SiloForward = 30, Hop = 150, WalBytes = 700 };

    public static IReadOnlyList<Measurement> All { get; } =
    [
        Log(1, 682, 1.08),
        Log(16, 6773, 2.15) with { IsFitted = false },
        Log(256, 23733, 10.28),
        Process(1, 2, 1065, 1.10, server: 574, clients: 324, others: 1.00),
        Process(1, 8, 5408, 1.31, server: 218, clients: 106, others: 0.05),
        Process(1, 32, 5042, 5.14, server: 145, clients: 88, others: 0.79),
        Process(50, 2, 5308, 16.86, server: 239, clients: 75, others: 0.34),
    ];

    private static Measurement Log(int documents, double operationsPerSecond, double median) =>
        new($"log writer and PostgreSQL, {documents} documents", Writer, Alike(documents, documents), 1, operationsPerSecond, median);

    // Many documents in one transaction are dear for SQLite, which changes pages of each: 70 µs for one instead of 16 (docs/performance.md, "The log").
    private static Measurement Process(int documents, int authors, double operationsPerSecond, double median, double server, double clients, double others) => new(
        $"one process with SQLite, documents: {documents}, authors in each: {authors}",
        Embedded with { Client = clients, SiloAppend = documents == 1 ? Embedded.SiloAppend : 70 },
        Alike(documents, documents * authors), authors, operationsPerSecond, median, server, others);

    private static Fleet Alike(int documents, int people) => new() { Documents = documents, Connections = people, Zipf = 0 };
}
