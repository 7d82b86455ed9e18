using Collab.Tests.EndToEnd;
using Collab.Tests.Postgres;

namespace Collab.Tests.Cluster;

/// <summary>A cluster of real processes on this machine, with one PostgreSQL and a load balancer before its web hosts.</summary>
internal sealed class LocalCluster : IAsyncDisposable
{
    private readonly ClusterPlan _plan;
    private readonly PostgresServer _postgres;
    private readonly string _database;
    private readonly Island? _island;
    private readonly List<ServerProcess> _silos = [];
    private readonly List<ServerProcess> _hosts = [];
    private readonly List<Line> _entrances = [];

    private LocalCluster(ClusterPlan plan, PostgresServer postgres, string database, Island? island) =>
        (_plan, _postgres, _database, _island) = (plan, postgres, database, island);

    public IReadOnlyList<ServerProcess> Silos => _silos;

    /// <summary>The web hosts.</summary>
    public IReadOnlyList<ServerProcess> Hosts => _hosts;

    public IEnumerable<ServerProcess> All => [.. _silos, .. _hosts];

    public PostgresServer Postgres => _postgres;

    /// <summary>Where some of the processes are, if the plan has one.</summary>
    public Island Island => _island ?? throw new InvalidOperationException("This cluster has no island.");

    /// <summary>For each web host where clients connect who are to reach it while it is ready, and another one when it is not.</summary>
    public IReadOnlyList<Uri> Entrances => [.. _entrances.Select(entrance => entrance.Url)];

    /// <summary>Starts everything at once, and waits until all of it is ready.</summary>
    public static async Task<LocalCluster> StartAsync(ClusterPlan plan)
    {
        var postgres = await PostgresServer.StartNewAsync();
        var cluster = new LocalCluster(plan, postgres, await postgres.CreateDatabaseAsync(), plan.HasIsland ? await Island.MakeAsync() : null);
        try
        {
            for (int silo = 0; silo < plan.Silos; silo++)
                cluster._silos.Add(cluster.Make("Collab.Silo", "member", silo, isLast: silo == plan.Silos - 1));
            for (int host = 0; host < plan.Hosts.Count; host++)
                cluster.AddHost(plan.Hosts[host], host);
            await cluster.MendAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts one silo more and waits until it is ready.</summary>
    public async Task<ServerProcess> AddSiloAsync()
    {
        var silo = Make("Collab.Silo", "member", _silos.Count, isLast: false);
        _silos.Add(silo);
        await silo.StartAgainAsync();
        return silo;
    }

    /// <summary>It is no more part of the plan; whoever ended it disposes of it.</summary>
    public void Forget(ServerProcess silo) => _silos.Remove(silo);

    /// <summary>The silo that has the most documents: whatever happens to it is felt.</summary>
    public async Task<ServerProcess> BusiestSiloAsync()
    {
        var documents = await Task.WhenAll(_silos.Select(async silo => (Silo: silo, Documents: await DocumentsAsync(silo))));
        return documents.MaxBy(silo => silo.Documents).Silo;
    }

    /// <summary>Documents that are active in a process.</summary>
    public static async Task<double> DocumentsAsync(ServerProcess process)
    {
        var metrics = await Scrape.OfAsync(process.Url);
        return ((string[])["text", "richtext", "json"]).Sum(kind => metrics[$"collab_active_documents{{kind=\"{kind}\"}}"]);
    }

    /// <summary>Starts everything that does not run, and waits until all of it is ready.</summary>
    public async Task MendAsync()
    {
        foreach (var process in All.Where(process => !process.Process.IsRunning))
            process.Launch();
        await Task.WhenAll(All.Select(process => process.WhenReadyAsync()));
    }

    public Task KillAllAsync() => Task.WhenAll(All.Select(process => process.KillAsync()));

    /// <summary>Writes down what each process has written, for whoever looks into a failure.</summary>
    /// <returns>The folder.</returns>
    public string KeepLogs()
    {
        string folder = Directory.CreateTempSubdirectory("collab-cluster-").FullName;
        foreach (var (name, process) in _silos.Select((silo, i) => ($"silo-{i + 1}", silo)).Concat(_hosts.Select((host, i) => ($"web-{i + 1}", host))))
            File.WriteAllText(Path.Combine(folder, $"{name}.log"), $"{process.Url}\n{process.Log}");
        return folder;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var entrance in _entrances)
            await entrance.DisposeAsync();
        foreach (var process in All)
            await process.DisposeAsync();
        if (_island is not null)
            await _island.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    private void AddHost(string mode, int number)
    {
        _hosts.Add(Make("Collab.Web", mode, number, isLast: number == _plan.Hosts.Count - 1));
        _entrances.Add(new Line(() => ChooseAsync(number)));
    }

    // As a load balancer does that keeps a client at its host.
    private async Task<Uri?> ChooseAsync(int first)
    {
        for (int i = 0; i < _hosts.Count; i++)
            if (_hosts[(first + i) % _hosts.Count] is var host && host.Process.IsRunning && await host.IsReadyAsync())
                return host.Url;
        return null;
    }

    private ServerProcess Make(string name, string mode, int number, bool isLast)
    {
        bool isOnIsland = _island is not null && isLast;
        string connection = isOnIsland ? _postgres.SocketConnectionString(_database) : _postgres.ConnectionString(_database);
        var program = new ServerProgram(name, number % 2 == 1 ? _plan.OtherBinaries : null, isOnIsland ? _island!.ClientAddress : "127.0.0.1", isOnIsland ? _island!.Launcher : []);
        string address = _island is null ? "127.0.0.1" : isOnIsland ? _island.Address : _island.MainlandAddress;
        return new ServerProcess(
            program,
            [
                $"Collab:Cluster:Mode={mode}",
                "Collab:Cluster:ClusterId=tests",
                $"Collab:Cluster:AdvertisedAddress={address}",
                "Collab:Log:Provider=postgresql",
                $"Collab:Log:ConnectionString={connection}",
                .. _plan.Settings,
            ]);
    }
}
