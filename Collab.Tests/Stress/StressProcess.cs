using Collab.Tests.EndToEnd;

namespace Collab.Tests.Stress;

/// <summary>The real <c>collab-stress</c>, as a process with a port of its own for its metrics.</summary>
internal sealed class StressProcess : IAsyncDisposable
{
    private readonly HostProcess _process = new();

    private StressProcess(Uri metrics) => Metrics = metrics;

    /// <summary>Where its <c>/metrics</c> is.</summary>
    public Uri Metrics { get; }

    public string Output => _process.Log;

    public bool IsRunning => _process.IsRunning;

    public static StressProcess Start(Uri target, params string[] arguments)
    {
        int port = OwnPort.Take();
        var stress = new StressProcess(new Uri($"http://127.0.0.1:{port}"));
        stress._process.Launch(
            ["dotnet", "exec", Assembly, "--target", target.ToString(), "--metrics-address", "127.0.0.1", "--metrics-port", $"{port}", .. arguments],
            new Dictionary<string, string>());
        return stress;
    }

    /// <summary>Waits until it has ended by itself.</summary>
    /// <returns>Its exit code.</returns>
    public Task<int> WhenEndedAsync() => _process.WhenEndedAsync(TimeSpan.FromMinutes(3));

    /// <summary>Asks it to end, as Ctrl-C and an orchestrator do.</summary>
    /// <returns>Its exit code.</returns>
    public Task<int> TerminateAsync() => _process.TerminateAsync(TimeSpan.FromMinutes(3));

    /// <summary>As above, and waits for nothing.</summary>
    public Task AskToEndAsync() => _process.AskToEndAsync();

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    // Beside the tests' own output, in the same configuration.
    private static string Assembly
    {
        get
        {
            var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
            return Path.Combine(own.Parent!.Parent!.FullName, "Collab.Stress", own.Name, "collab-stress.dll");
        }
    }
}
