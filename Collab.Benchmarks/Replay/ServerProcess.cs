using System.Diagnostics;
using System.Globalization;

namespace Collab.Benchmarks.Replay;

/// <summary>Collab.Web as its users run it: a process of its own, on loopback, with SQLite in a fresh folder.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";

    private readonly Process _process;
    private readonly string _folder;

    private ServerProcess(Process process, string folder)
    {
        _process = process;
        _folder = folder;
    }

    public Uri Address { get; private set; } = null!;

    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public static async Task<ServerProcess> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("collab-replay-").FullName;
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                "exec", Path.Combine(AppContext.BaseDirectory, "Collab.Web.dll"),
                "--urls", "http://127.0.0.1:0", "--contentRoot", AppContext.BaseDirectory,
            },
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
        };
        start.Environment["Collab__Log__Path"] = Path.Combine(folder, "collab.db");
        start.Environment["Logging__Console__FormatterName"] = "simple";
        start.Environment["Logging__Console__FormatterOptions__SingleLine"] = "true";
        var server = new ServerProcess(Process.Start(start)!, folder);
        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        server._process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
                listening.TrySetException(new InvalidOperationException("The server ended before it listened."));
            else if (line.Data.Contains(Listening, StringComparison.Ordinal))
                listening.TrySetResult(new Uri(line.Data[(line.Data.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..].Trim()));
            else if (line.Data.Contains("warn", StringComparison.Ordinal) || line.Data.Contains("fail", StringComparison.Ordinal))
                Console.Error.WriteLine($"server: {line.Data}");
        };
        server._process.BeginOutputReadLine();
        server.Address = await listening.Task.WaitAsync(TimeSpan.FromSeconds(60));
        return server;
    }

    /// <summary>User and system time that the process has used, all threads together.</summary>
    public TimeSpan Cpu()
    {
        // Fields 14 and 15 of /proc/PID/stat, in ticks of 10 ms; counted after the name, which may hold spaces.
        var stat = File.ReadAllText($"/proc/{_process.Id}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return TimeSpan.FromMilliseconds(10 * (Field(11) + Field(12)));

        long Field(int index) => long.Parse(fields[index], CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
