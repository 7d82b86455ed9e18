using System.Diagnostics;
using System.Globalization;
using System.Text;
using Collab.Tests.Operations;

namespace Collab.Tests.EndToEnd;

/// <summary>
/// The real server: the built <c>Collab.Web</c> as a process of its own, on a port of its own, with SQLite in a folder of its own. It can be
/// killed without warning and started again on the same data and port.
/// </summary>
/// <remarks>
/// A shell stands between: it waits for a line on its input and then kills the server. When the test host dies, however it dies, the input
/// ends, and the server with it. When the server ends by itself, the shell ends too.
/// </remarks>
public sealed class ServerProcess : IAsyncDisposable
{
    private const string Script = """
        exec 3<&0
        dotnet "$@" & server=$!
        { read -r _ <&3; kill -KILL $server; } 2>/dev/null & watch=$!
        wait $server
        kill $watch 2>/dev/null
        """;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);
    private static readonly HttpClient Probe = new() { Timeout = TimeSpan.FromSeconds(10) };

    private readonly string[] _settings;
    private readonly string[] _ports;
    private readonly StringBuilder _log = new();
    private Process? _shell;
    private int _toldBefore;
    private bool _isKept;

    /// <summary>A server that is not running yet.</summary>
    /// <param name="settings">Configuration of all its lives: <c>Collab:Log:FlushInterval=00:00:00.005</c>.</param>
    public ServerProcess(params string[] settings)
    {
        _settings = settings;
        Url = new Uri($"http://127.0.0.1:{OwnPort.Take()}");
        _ports = [$"--Collab:Cluster:SiloPort={OwnPort.Take()}", $"--Collab:Cluster:GatewayPort={OwnPort.Take()}"];
    }

    /// <summary>Where it listens; stays the same over restarts.</summary>
    public Uri Url { get; }

    /// <summary>The folder with its data; goes when it is disposed, unless <see cref="Keep"/> was called.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("collab-server-").FullName;

    /// <summary>SQLite's file.</summary>
    public string Database => Path.Combine(Folder, "collab.db");

    /// <summary>The most memory that the running server has had resident.</summary>
    public long PeakMemoryBytes
    {
        get
        {
            string[] children = File.ReadAllText($"/proc/{_shell!.Id}/task/{_shell.Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string server = children.Single(child => File.ReadAllText($"/proc/{child}/comm").Trim() == "dotnet");
            string peak = File.ReadLines($"/proc/{server}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return 1024 * long.Parse(peak.AsSpan("VmHWM:".Length).TrimEnd("kB").Trim(), CultureInfo.InvariantCulture);
        }
    }

    /// <summary>What it has written so far, over all its lives.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>Starts a server and waits until it is ready.</summary>
    /// <param name="settings">Configuration: <c>Collab:Log:FlushInterval=00:00:00.005</c>.</param>
    public static async Task<ServerProcess> StartAsync(params string[] settings)
    {
        var server = new ServerProcess(settings);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Kills it with SIGKILL and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        if (_shell is not { } shell)
            return;
        _shell = null;
        shell.StandardInput.Close();
        await shell.WaitForExitAsync();
        shell.Dispose();
    }

    /// <summary>Starts it again on the same data and port, and waits until it is ready.</summary>
    /// <param name="settings">Configuration of this life alone; comes after that of all lives.</param>
    public async Task StartAgainAsync(params string[] settings)
    {
        Launch(settings);
        await WhenReadyAsync();
    }

    /// <summary>Starts the process and does not wait for anything.</summary>
    public void Launch(params string[] settings)
    {
        _toldBefore = Log.Length;
        _shell = Start(settings);
    }

    /// <exception cref="InvalidOperationException">The process ended by itself.</exception>
    public async Task WhenReadyAsync()
    {
        var deadline = DateTime.UtcNow + StartLimit;
        while (!await IsReadyAsync())
        {
            if (_shell!.HasExited)
                throw new InvalidOperationException($"The server ended by itself. It wrote:\n{Log[_toldBefore..]}");
            if (DateTime.UtcNow > deadline)
                throw new TimeoutException($"The server was not ready within {StartLimit.TotalSeconds} s. It wrote:\n{Log[_toldBefore..]}");
            await Task.Delay(20);
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

    private Process Start(string[] settings)
    {
        var start = new ProcessStartInfo("sh") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments =
        [
            "-c", Script, "sh", Assembly(),
            "--urls", Url.ToString(),
            // The pages of the demo, where they have been built.
            "--contentRoot", Path.Combine(Repository.Root, "Collab.Web"),
            $"--Collab:Log:Path={Database}",
            $"--Collab:Cluster:KeysPath={Path.Combine(Folder, "keys")}",
            .. _ports,
            .. _settings.Concat(settings).Select(setting => "--" + setting),
        ];
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        var shell = Process.Start(start)!;
        shell.OutputDataReceived += (_, line) => Note(line.Data);
        shell.ErrorDataReceived += (_, line) => Note(line.Data);
        shell.BeginOutputReadLine();
        shell.BeginErrorReadLine();
        return shell;
    }

    // Beside the tests' own output, in the same configuration.
    private static string Assembly()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        string assembly = Path.Combine(own.Parent!.Parent!.FullName, "Collab.Web", own.Name, "Collab.Web.dll");
        return File.Exists(assembly) ? assembly : throw new FileNotFoundException($"The server has not been built: there is no {assembly}.");
    }

    private async Task<bool> IsReadyAsync()
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

    private void Note(string? line)
    {
        if (line is null)
            return;
        lock (_log)
            _log.AppendLine(line);
    }
}
