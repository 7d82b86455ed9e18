namespace Collab.Benchmarks.Capacity;

/// <summary>Servers that take work in the order it came: the cores of a machine, or a disk that syncs one thing at a time.</summary>
internal sealed class Station(EventLoop loop, int servers)
{
    private readonly Queue<(double Service, Action Done)> _waiting = new();
    private int _busy;
    private int _present;
    private double _since;
    private double _changed;
    private double _presentTime;
    private double _stayTime;

    public int Servers => servers;

    /// <summary>Seconds of service given since <see cref="Forget"/>, of all servers together.</summary>
    public double BusyTime { get; private set; }

    public long Completed { get; private set; }

    public double Elapsed => loop.Now - _since;

    public double Utilisation => BusyTime / (Elapsed * servers);

    /// <summary>L: how many were here, waiting or served, on average.</summary>
    public double MeanPresent => (_presentTime + (_present * (loop.Now - _changed))) / Elapsed;

    /// <summary>W: how long one was here, on average, of those that are done.</summary>
    public double MeanStay => Completed == 0 ? 0 : _stayTime / Completed;

    /// <summary>Asks for <paramref name="service"/> seconds of one server.</summary>
    public void Serve(double service, Action done)
    {
        double arrived = loop.Now;
        Present(+1);
        if (_busy == servers)
            _waiting.Enqueue((service, Leave));
        else
            Begin(service, Leave);

        void Leave()
        {
            Present(-1);
            Completed++;
            _stayTime += loop.Now - arrived;
            done();
        }
    }

    /// <summary>Begins to count anew, with who is here still here: what came before was warm-up.</summary>
    public void Forget()
    {
        (_since, _changed) = (loop.Now, loop.Now);
        (BusyTime, Completed, _presentTime, _stayTime) = (0, 0, 0, 0);
    }

    private void Begin(double service, Action leave)
    {
        _busy++;
        loop.After(service, () =>
        {
            _busy--;
            // Counted when it ends, and so by at most one service too early or late at either end of what is counted.
            BusyTime += service;
            if (_waiting.TryDequeue(out var next))
                Begin(next.Service, next.Done);
            leave();
        });
    }

    private void Present(int change)
    {
        _presentTime += _present * (loop.Now - _changed);
        _changed = loop.Now;
        _present += change;
    }
}
