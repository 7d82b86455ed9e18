using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Collab.Tests.EndToEnd;

/// <summary>A program that was built as a process of its own: it can be killed, frozen, ended in order, and started again. Everything that it writes is kept.</summary>
/// <remarks>
/// A shell stands between: it sends the signals that its input names, line by line, and kills the program when the input ends. So when this
/// process dies, however it dies, the program dies too. When the program ends by itself, the shell ends with its exit code. Needs no test framework.
/// </remarks>
internal sealed class HostProcess : IAsyncDisposable
{
    private const string Script = """
        exec 3<&0
        "$@" & host=$!
        { while read -r signal <&3; do kill "-$signal" $host; done; kill -KILL $host; } 2>/dev/null & watch=$!
        wait $host
        status=$?
        kill $watch 2>/dev/null
        exit $status
        """;

    private readonly StringBuilder _log = new();
    private Process? _shell;
    private int _toldBefore;

    public bool IsRunning => _shell is { HasExited: false };

    /// <summary>The program's own id, not the shell's.</summary>
    /// <exception cref="InvalidOperationException">It does not run.</exception>
    public int Id
    {
        get
        {
            int shell = (_shell ?? throw new InvalidOperationException("The program does not run.")).Id;
            string[] children = File.ReadAllText($"/proc/{shell}/task/{shell}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return int.Parse(children.Single(child => File.ReadAllText($"/proc/{child}/comm").Trim() == "dotnet"), CultureInfo.InvariantCulture);
        }
    }

    /// <summary>The most memory that it has had resident.</summary>
    public long PeakMemoryBytes => Kilobytes("VmHWM:") << 10;

    /// <summary>What it has resident now.</summary>
    public long MemoryBytes => Kilobytes("VmRSS:") << 10;

    /// <summary>What it has written so far, over all its lives.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>What it has written in its last life.</summary>
    public string LogOfThisLife => Log[_toldBefore..];

    /// <summary>Starts it and does not wait for anything.</summary>
    /// <param name="command">The program and its arguments.</param>
    public void Launch(IEnumerable<string> command, IReadOnlyDictionary<string, string> environment)
    {
        if (IsRunning)
            throw new InvalidOperationException("The program runs already.");
        _toldBefore = Log.Length;
        var start = new ProcessStartInfo("sh") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["-c", Script, "sh", .. command])
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        _shell?.Dispose();
        _shell = Process.Start(start)!;
        _shell.OutputDataReceived += (_, line) => Note(line.Data);
        _shell.ErrorDataReceived += (_, line) => Note(line.Data);
        _shell.BeginOutputReadLine();
        _shell.BeginErrorReadLine();
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

    /// <summary>Stops it where it stands: connections stay open, and nothing answers.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    public Task ThawAsync() => SignalAsync("CONT");

    /// <summary>Asks it to end with SIGTERM, and waits for that.</summary>
    /// <returns>Its exit code.</returns>
    /// <exception cref="TimeoutException">It has not ended within the limit; it goes on.</exception>
    public async Task<int> TerminateAsync(TimeSpan limit)
    {
        await AskToEndAsync();
        return await WhenEndedAsync(limit);
    }

    /// <summary>Asks it to end with SIGTERM, and does not wait.</summary>
    public Task AskToEndAsync() => SignalAsync("TERM");

    /// <summary>Waits until it has ended by itself.</summary>
    /// <returns>Its exit code.</returns>
    /// <exception cref="TimeoutException">It has not ended within the limit; it goes on.</exception>
    public async Task<int> WhenEndedAsync(TimeSpan limit)
    {
        var shell = _shell ?? throw new InvalidOperationException("The program does not run.");
        try
        {
            await shell.WaitForExitAsync().WaitAsync(limit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The program has not ended within {limit.TotalSeconds} s. It wrote:\n{LogOfThisLife}");
        }

        return shell.ExitCode;
    }

    public async ValueTask DisposeAsync() => await KillAsync();

    private async Task SignalAsync(string signal)
    {
        var input = (_shell ?? throw new InvalidOperationException("The program does not run.")).StandardInput;
        await input.WriteLineAsync(signal);
        await input.FlushAsync();
    }

    private long Kilobytes(string field)
    {
        string line = File.ReadLines($"/proc/{Id}/status").Single(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(field.Length).TrimEnd("kB").Trim(), CultureInfo.InvariantCulture);
    }

    private void Note(string? line)
    {
        if (line is null)
            return;
        lock (_log)
            _log.AppendLine(line);
    }
}
