namespace Collab.Benchmarks.Capacity;

/// <summary>What the parts of an operation's way cost, in microseconds of processor time unless it says otherwise. Where each comes from: <c>docs/scaling.md</c>.</summary>
internal sealed record Costs
{
    /// <summary>A submission on its web host: read, checked, sent to the document's silo.</summary>
    public double WebReceive { get; init; }

    /// <summary>A push on a web host: received, checked, encoded once for everybody there.</summary>
    public double WebPush { get; init; }

    /// <summary>A message to one connection.</summary>
    public double WebDeliver { get; init; }

    /// <summary>A submission in the document's turn: received, rebased, applied, queued. One at a time for each document.</summary>
    public double SiloDecide { get; init; }

    /// <summary>A push to one web host.</summary>
    public double SiloPush { get; init; }

    /// <summary>
    /// A message that a silo passes on. A web host's call goes to the gateway that its hash says, and the document is there by chance only; a push goes by the gateway that the web host is connected to.
    /// </summary>
    public double SiloForward { get; init; }

    /// <summary>A transaction of the silo's log writer.</summary>
    public double SiloTransaction { get; init; }

    /// <summary>An operation within it.</summary>
    public double SiloAppend { get; init; }

    /// <summary>A transaction on the database, without the sync.</summary>
    public double DatabaseTransaction { get; init; }

    /// <summary>An operation within it: a row, two index entries, its document's row.</summary>
    public double DatabaseAppend { get; init; }

    /// <summary>Not processor time but waiting: one sync of the database's write-ahead log, which everybody who waits shares.</summary>
    public double Sync { get; init; }

    /// <summary>Bytes of write-ahead log for an operation.</summary>
    public double WalBytes { get; init; }

    /// <summary>Not processor time: one way between two machines, one way to a client included.</summary>
    public double Hop { get; init; }

    /// <summary>Clients on the same machine, as in the measurements: an operation sent, and each received.</summary>
    public double Client { get; init; }

    /// <summary>The same with all processor time so many times longer.</summary>
    public Costs Slower(double times) => this with
    {
        WebReceive = WebReceive * times,
        WebPush = WebPush * times,
        WebDeliver = WebDeliver * times,
        SiloDecide = SiloDecide * times,
        SiloPush = SiloPush * times,
        SiloForward = SiloForward * times,
        SiloTransaction = SiloTransaction * times,
        SiloAppend = SiloAppend * times,
        DatabaseTransaction = DatabaseTransaction * times,
        DatabaseAppend = DatabaseAppend * times,
        Client = Client * times,
    };
}
