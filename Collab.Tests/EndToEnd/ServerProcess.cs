using System.Net;

namespace Collab.Tests.EndToEnd;

/// <summary>
/// A real server: the built <c>Collab.Web</c> or <c>Collab.Silo</c> as a process of its own, on ports of its own, with a folder of its own, where SQLite
/// is unless settings say otherwise. It can be killed without warning and started again on the same data and ports.
/// </summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);
    private static readonly HttpClient Probe = new() { Timeout = TimeSpan.FromSeconds(10) };

    private readonly ServerProgram _program;
    private readonly string[] _settings;
    private bool _isKept;

    /// <summary>Collab.Web, not running yet.</summary>
    /// <param name="settings">Configuration of all its lives: <c>Collab:Log:FlushInterval=00:00:00.005</c>.</param>
    public ServerProcess(params string[] settings)
        : this(ServerProgram.Web, settings)
    {
    }

    /// <summary>A server that is not running yet.</summary>
    internal ServerProcess(ServerProgram program, params string[] settings)
    {
        _program = program;
        _settings = settings;
        Url = new Uri($"http://{program.Address}:{OwnPort.Take()}");
        (SiloPort, GatewayPort) = (OwnPort.Take(), OwnPort.Take());
    }

    /// <summary>Settings that let programs through which do in seconds what people do in hours.</summary>
    internal static string[] WithoutRates { get; } =
    [
        "Collab:Limits:OperationsPerSecond=1000000", "Collab:Limits:MessagesPerSecond=1000000", "Collab:Limits:ReceivedBytesPerSecond=1073741824", "Collab:Limits:RequestsPerSecond=100000",
        "Collab:Limits:RestRequestsPerSecond=100000", "Collab:Limits:ConnectionsPerAddress=1000000", "Collab:Limits:Connections=1000000", "Collab:Documents:OperationsPerSecond=1000000",
    ];

    /// <summary>Where it listens; stays the same over restarts.</summary>
    public Uri Url { get; }

    /// <summary>Where its silo listens for others, if it has one.</summary>
    public int SiloPort { get; }

    /// <summary>Where its silo listens for the cluster's clients, if it has one.</summary>
    public int GatewayPort { get; }

    /// <summary>The folder with its data; goes when it is disposed, unless <see cref="Keep"/> was called.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("collab-server-").FullName;

    /// <summary>SQLite's file.</summary>
    public string Database => Path.Combine(Folder, "collab.db");

    /// <summary>The most memory that the running server has had resident.</summary>
    public long PeakMemoryBytes => Process.PeakMemoryBytes;

    /// <summary>What it has written so far, over all its lives.</summary>
    public string Log => Process.Log;

    internal HostProcess Process { get; } = new();

    /// <summary>Starts Collab.Web and waits until it is ready.</summary>
    /// <param name="settings">Configuration: <c>Collab:Log:FlushInterval=00:00:00.005</c>.</param>
    public static async Task<ServerProcess> StartAsync(params string[] settings)
    {
        var server = new ServerProcess(settings);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Kills it with SIGKILL and waits until it is gone.</summary>
    public Task KillAsync() => Process.KillAsync();

    /// <summary>Starts it again on the same data and port, and waits until it is ready.</summary>
    /// <param name="settings">Configuration of this life alone; comes after that of all lives.</param>
    public async Task StartAgainAsync(params string[] settings)
    {
        Launch(settings);
        await WhenReadyAsync();
    }

    /// <summary>Starts the process and does not wait for anything.</summary>
    public void Launch(params string[] settings) => Process.Launch(
        [
            .. _program.Command,
            "--urls", Url.ToString(),
            $"--Collab:Log:Path={Database}",
            $"--Collab:Cluster:KeysPath={Path.Combine(Folder, "keys")}",
            $"--Collab:Cluster:SiloPort={SiloPort}",
            $"--Collab:Cluster:GatewayPort={GatewayPort}",
            .. Access,
            .. _settings.Concat(settings).Select(setting => "--" + setting),
        ],
        new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Development" });

    // On loopback a host in Development lets in everybody; on an address of another network it has to be told to.
    private IEnumerable<string> Access => IPAddress.IsLoopback(IPAddress.Parse(_program.Address)) ? [] : ["--Collab:Access:Anonymous=owner", "--Collab:Access:AllowInsecure=true"];

    /// <exception cref="InvalidOperationException">The process ended by itself.</exception>
    public async Task WhenReadyAsync()
    {
        var deadline = DateTime.UtcNow + StartLimit;
        while (!await IsReadyAsync())
        {
            if (!Process.IsRunning)
                throw new InvalidOperationException($"The server ended by itself. It wrote:\n{Process.LogOfThisLife}");
            if (DateTime.UtcNow > deadline)
                throw new TimeoutException($"The server was not ready within {StartLimit.TotalSeconds} s. It wrote:\n{Process.LogOfThisLife}");
            await Task.Delay(20);
        }
    }

    /// <summary>Whether it says that it is ready. Not when it does not answer at all.</summary>
    internal async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await Probe.GetAsync(new Uri(Url, "health/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    /// <summary>Leaves the folder where it is, for whoever looks into a failure, with everything that the server wrote in <c>server.log</c>.</summary>
    /// <returns>The folder.</returns>
    public string Keep()
    {
        _isKept = true;
        File.WriteAllText(Path.Combine(Folder, "server.log"), Log);
        return Folder;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (!_isKept)
            Directory.Delete(Folder, recursive: true);
    }
}
