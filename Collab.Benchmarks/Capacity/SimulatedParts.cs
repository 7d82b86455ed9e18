namespace Collab.Benchmarks.Capacity;

/// <param name="Place">Which of the document's hosts its author is on.</param>
/// <param name="At">When it was sent.</param>
internal readonly record struct SimulatedOperation(int Author, int Place, double At);

/// <param name="cores">Shared with all other silos in the measurements, where one machine has them all.</param>
internal sealed class SimulatedSilo(Station cores)
{
    public Station Cores => cores;

    public Queue<(SimulatedDocument Document, SimulatedOperation[] Operations)> Pending { get; } = new();

    public bool IsCommitting { get; set; }
}

/// <param name="hosts">The web hosts that somebody of it is on.</param>
internal sealed class SimulatedDocument(SimulatedSilo silo, double people, int[] hosts)
{
    public SimulatedSilo Silo => silo;

    public double People => people;

    public int[] Hosts => hosts;

    public Queue<SimulatedOperation> Submitted { get; } = new();

    public List<SimulatedOperation> Decided { get; } = [];

    public bool IsDeciding { get; set; }

    public bool IsFlushing { get; set; }
}

/// <summary>The write-ahead log's disk: one sync at a time, for all who were waiting when it began.</summary>
internal sealed class SharedSync(EventLoop loop, double duration)
{
    private List<Action> _waiting = [];
    private bool _isSyncing;

    public void Join(Action done)
    {
        _waiting.Add(done);
        if (!_isSyncing)
            Begin();
    }

    private void Begin()
    {
        _isSyncing = true;
        var together = _waiting;
        _waiting = [];
        loop.After(duration, () =>
        {
            _isSyncing = false;
            foreach (var done in together)
                done();
            if (_waiting.Count > 0 && !_isSyncing)
                Begin();
        });
    }
}

internal enum Role
{
    Web,
    Silo,
    Database,
    Client,
}

/// <summary>What a run showed. Utilisations, and the highest of one machine; latencies in seconds, from an operation's sending to its author's seeing it again.</summary>
/// <param name="Microseconds">Processor time for an operation, by <see cref="Role"/>.</param>
internal sealed record FleetReport(
    double OperationsPerSecond, double Batch, double Web, double WebMost, double Silo, double SiloMost, double Database, double LatencyP50, double LatencyP99, double[] Microseconds, IReadOnlyList<Station> Stations);
