namespace Collab.Benchmarks.Capacity;

/// <summary>
/// A fleet at work: every operation goes its way from web host to silo to database and back, and waits wherever the code makes it wait. A document decides one operation at a
/// time and has one flush under way; a silo has one transaction under way; the database shares syncs. What queues meanwhile goes together.
/// </summary>
internal sealed class FleetSimulation
{
    // Connections that one piece of work serves: a host writes to many at once, on all its cores.
    private const int DeliveriesTogether = 64;

    // Collab:Log:FlushOperationsLimit.
    private const int FlushOperationsLimit = 2048;

    private readonly Fleet _fleet;
    private readonly Costs _costs;
    private readonly Random _random;
    private readonly EventLoop _loop = new();
    private readonly Station[] _web;
    private readonly SimulatedSilo[] _silos;
    private readonly Station _database;
    private readonly SharedSync _sync;
    private readonly SimulatedDocument[] _documents;
    private readonly bool _isClosed;
    private readonly double[] _spent = new double[Enum.GetValues<Role>().Length];
    private readonly List<double> _latencies = [];
    private long _durable;
    private long _transactions;

    /// <param name="sharedCores">The cores of one machine that everything runs on, clients included, as in the measurements. Null: a machine for each.</param>
    /// <param name="authors">Authors in each document who send the next operation when the last has come back. Null: people type by the fleet's rates, whatever comes back.</param>
    public FleetSimulation(Fleet fleet, Costs costs, int seed, int? sharedCores = null, int? authors = null)
    {
        (_fleet, _costs, _random, _isClosed) = (fleet, costs, new Random(seed), authors is not null);
        var shared = sharedCores is { } cores ? new Station(_loop, cores) : null;
        _web = [.. Enumerable.Range(0, fleet.WebHosts).Select(_ => shared ?? new Station(_loop, fleet.WebCores))];
        _silos = [.. Enumerable.Range(0, fleet.Silos).Select(_ => new SimulatedSilo(shared ?? new Station(_loop, fleet.SiloCores)))];
        _database = shared ?? new Station(_loop, fleet.DatabaseCores);
        _sync = new SharedSync(_loop, costs.Sync / 1e6);
        double[] people = fleet.People();
        _documents = [.. people.Select((count, i) => new SimulatedDocument(_silos[i % _silos.Length], count, HostsOf(count)))];
        foreach (var document in _documents)
        {
            for (int author = 0; author < authors; author++)
                Submit(document, author);
            if (!_isClosed)
                TypeNext(document, fleet.Rate(document.People));
        }
    }

    /// <summary>Runs; what happens in the first <paramref name="warmup"/> seconds is not counted.</summary>
    public FleetReport Run(double warmup, double seconds)
    {
        _loop.RunUntil(warmup);
        Station[] stations = [.. _web.Concat(_silos.Select(silo => silo.Cores)).Append(_database).Distinct()];
        foreach (var station in stations)
            station.Forget();
        _latencies.Clear();
        Array.Clear(_spent);
        (_durable, _transactions) = (0, 0);
        _loop.RunUntil(warmup + seconds);
        _latencies.Sort();
        return new FleetReport(
            _durable / seconds, _durable / (double)Math.Max(1, _transactions),
            _web.Average(host => host.Utilisation), _web.Max(host => host.Utilisation), _silos.Average(silo => silo.Cores.Utilisation), _silos.Max(silo => silo.Cores.Utilisation), _database.Utilisation,
            Quantile(0.5), Quantile(0.99), [.. _spent.Select(spent => spent * 1e6 / Math.Max(1, _durable))], stations);
    }

    private double Quantile(double quantile) => _latencies.Count == 0 ? double.NaN : _latencies[(int)(quantile * (_latencies.Count - 1))];

    private void Work(Role role, Station station, double microseconds, Action done)
    {
        // Half of it always, half by chance: work is neither a clock nor quite memoryless.
        double time = microseconds / 1e6 * (0.5 + (0.5 * Exponential()));
        _spent[(int)role] += time;
        station.Serve(time, done);
    }

    private double Exponential() => -Math.Log(1 - _random.NextDouble());

    private int[] HostsOf(double people)
    {
        // Rounded by chance, so that the mean is right: two people are on 1.99 of a hundred hosts.
        int count = (int)(_fleet.Hosts(people) + _random.NextDouble());
        return [.. Enumerable.Range(_random.Next(_fleet.WebHosts), Math.Max(1, count)).Select(host => host % _fleet.WebHosts)];
    }

    private void TypeNext(SimulatedDocument document, double rate) => _loop.After(Exponential() / rate, () =>
    {
        Submit(document, _random.Next(document.Hosts.Length));
        TypeNext(document, rate);
    });

    private void Submit(SimulatedDocument document, int author)
    {
        int place = author % document.Hosts.Length;
        var operation = new SimulatedOperation(author, place, _loop.Now);
        Work(Role.Web, _web[document.Hosts[place]], _costs.WebReceive, () => Travel(document.Silo, () =>
        {
            document.Submitted.Enqueue(operation);
            Decide(document);
        }));
    }

    // Between a web host and the document's silo, either way: directly where the web host's gateway happens to be that silo, else over another.
    private void Travel(SimulatedSilo silo, Action arrive) => _loop.After(_costs.Hop / 1e6, () =>
    {
        var gateway = _silos[_random.Next(_silos.Length)];
        if (gateway == silo || _costs.SiloForward == 0)
            arrive();
        else
            Work(Role.Silo, gateway.Cores, _costs.SiloForward, () => _loop.After(_costs.Hop / 1e6, arrive));
    });

    private void Decide(SimulatedDocument document)
    {
        if (document.IsDeciding || !document.Submitted.TryDequeue(out var operation))
            return;
        document.IsDeciding = true;
        Work(Role.Silo, document.Silo.Cores, _costs.SiloDecide, () =>
        {
            document.IsDeciding = false;
            document.Decided.Add(operation);
            Flush(document);
            Decide(document);
        });
    }

    private void Flush(SimulatedDocument document)
    {
        if (document.IsFlushing || document.Decided.Count == 0)
            return;
        document.IsFlushing = true;
        document.Silo.Pending.Enqueue((document, [.. document.Decided]));
        document.Decided.Clear();
        Commit(document.Silo);
    }

    private void Commit(SimulatedSilo silo)
    {
        if (silo.IsCommitting || silo.Pending.Count == 0)
            return;
        silo.IsCommitting = true;
        List<(SimulatedDocument Document, SimulatedOperation[] Operations)> batch = [];
        int count = 0;
        while (count < FlushOperationsLimit && silo.Pending.TryDequeue(out var next))
        {
            batch.Add(next);
            count += next.Operations.Length;
        }

        // Two round trips: locks and judgement, then rows and commit.
        double hops = 2 * _costs.Hop / 1e6;
        Work(Role.Silo, silo.Cores, _costs.SiloTransaction + (count * _costs.SiloAppend), () =>
            _loop.After(hops, () => Work(Role.Database, _database, _costs.DatabaseTransaction + (count * _costs.DatabaseAppend), () =>
                _sync.Join(() => _loop.After(hops, () =>
                {
                    silo.IsCommitting = false;
                    _transactions++;
                    _durable += count;
                    foreach (var (document, operations) in batch)
                    {
                        document.IsFlushing = false;
                        Push(document, operations);
                        Flush(document);
                    }

                    Commit(silo);
                })))));
    }

    private void Push(SimulatedDocument document, SimulatedOperation[] operations)
    {
        double people = document.People / document.Hosts.Length;
        for (int place = 0; place < document.Hosts.Length; place++)
        {
            int at = place;
            var web = _web[document.Hosts[place]];
            Work(Role.Silo, document.Silo.Cores, _costs.SiloPush, () => Travel(document.Silo, () => Work(Role.Web, web, _costs.WebPush, () =>
            {
                // The authors on this host, and everybody else there in pieces.
                double left = people;
                foreach (var operation in operations.Where(operation => operation.Place == at))
                {
                    Deliver(document, operation, web);
                    left--;
                }

                for (; left > 0; left -= DeliveriesTogether)
                    Work(Role.Web, web, Math.Min(left, DeliveriesTogether) * _costs.WebDeliver, static () => { });
            })));
        }
    }

    private void Deliver(SimulatedDocument document, SimulatedOperation operation, Station web) => Work(Role.Web, web, _costs.WebDeliver, () =>
    {
        if (!_isClosed)
        {
            _latencies.Add(_loop.Now - operation.At);
            return;
        }

        Work(Role.Client, web, _costs.Client, () =>
        {
            _latencies.Add(_loop.Now - operation.At);
            Submit(document, operation.Author);
        });
    });
}
