using System.Globalization;
using System.IO.Compression;
using System.Text.Json;

namespace Collab.Stress.Traces;

/// <summary>Reads editing traces: JSON Lines, plain or gzipped, of the formats <c>seqtrace/1</c> (one author) and <c>conctrace/1</c> (several at once).</summary>
/// <remarks>
/// Line 1 is an object with <c>format</c>, <c>name</c>, <c>start</c>, <c>txns</c>, <c>finalSha256</c> and, of several authors, <c>agents</c>. Each further line is a transaction: <c>p</c> its patches <c>[position, deleted, inserted]</c>, <c>t</c> when in
/// Unix milliseconds, which may be missing; of several authors <c>a</c> whose, <c>base</c> after how many lines, and <c>sp</c> the patches against the text after those, where they are not <c>p</c>.
/// </remarks>
internal sealed class TraceFile
{
    /// <summary>Nobody wants to wait for a night between two keystrokes: a longer pause of the recording counts as this.</summary>
    public static readonly TimeSpan PauseLimit = TimeSpan.FromSeconds(5);

    private const int TransactionsLimit = 10_000_000;

    private readonly string _path;
    private readonly List<TraceTransaction> _transactions = [];
    private int _line;
    private int _agents = 1;
    private int[] _newest = [];
    private long? _clock;
    private TimeSpan _due;

    private TraceFile(string path) => _path = path;

    /// <exception cref="InvalidPlanException">There is no such file, or it is no trace; the message names the line.</exception>
    public static EditingTrace Read(string path)
    {
        var file = new TraceFile(path);
        try
        {
            using var bytes = File.OpenRead(path);
            using var lines = new StreamReader(Unzipped(bytes));
            return file.Read(lines);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or InvalidDataException)
        {
            throw file.Damaged(failure is KeyNotFoundException ? "a member is missing" : failure.Message);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InvalidPlanException($"--trace {path} can't be read: {failure.Message}");
        }
    }

    private EditingTrace Read(StreamReader lines)
    {
        _line = 1;
        using var header = JsonDocument.Parse(lines.ReadLine() ?? throw Damaged("the file is empty"));
        var root = header.RootElement;
        string? format = root.GetProperty("format").GetString();
        if (format is not ("seqtrace/1" or "conctrace/1"))
            throw Damaged($"the format is {format}; known are seqtrace/1 and conctrace/1");
        if (format == "conctrace/1")
            _agents = root.GetProperty("agents").GetInt32();
        if (_agents is < 1 or > 1000)
            throw Damaged($"agents is {_agents}; a trace has 1 to 1000");
        _newest = new int[_agents];
        Array.Fill(_newest, -1);
        while (lines.ReadLine() is { } line)
        {
            _line++;
            if (_transactions.Count == TransactionsLimit)
                throw Damaged($"more than {TransactionsLimit} transactions");
            using var json = JsonDocument.Parse(line);
            _transactions.Add(Read(json.RootElement, isConcurrent: format == "conctrace/1"));
        }

        int count = root.GetProperty("txns").GetInt32();
        if (count != _transactions.Count)
            throw Damaged($"the file ends after {_transactions.Count} transactions, and its header says {count}");
        return new EditingTrace(
            root.GetProperty("name").GetString()!, _agents, root.GetProperty("start").GetString()!, _transactions, HasTimes: _clock is not null, root.GetProperty("finalSha256").GetString()!);
    }

    private TraceTransaction Read(JsonElement line, bool isConcurrent)
    {
        int number = _transactions.Count;
        int agent = isConcurrent ? line.GetProperty("a").GetInt32() : 0;
        int made = isConcurrent ? line.GetProperty("base").GetInt32() : number;
        if (agent < 0 || agent >= _agents)
            throw Damaged($"a is {agent}; agents are 0 to {_agents - 1}");
        // Nobody has what comes later, and everybody has all their own.
        if (made > number || made <= _newest[agent])
            throw Damaged($"base is {made}; it is from {_newest[agent] + 1} to {number}");
        _newest[agent] = number;
        Pass(line);
        var patches = isConcurrent && line.TryGetProperty("sp", out var submitted) ? submitted : line.GetProperty("p");
        return new TraceTransaction(_line, agent, made, _due, [.. patches.EnumerateArray().Select(Patch)]);
    }

    private void Pass(JsonElement line)
    {
        if (!line.TryGetProperty("t", out var time))
            return;
        long now = time.GetInt64();
        if (_clock is { } before && now > before)
            _due += Min(TimeSpan.FromMilliseconds(now - before), PauseLimit);
        _clock = Math.Max(now, _clock ?? now);
    }

    private TracePatch Patch(JsonElement patch)
    {
        if (patch.GetArrayLength() != 3)
            throw Damaged("a patch is [position, deleted, inserted]");
        var (position, deleted, inserted) = (patch[0].GetInt32(), patch[1].GetInt32(), patch[2].GetString() ?? "");
        if (position < 0 || deleted < 0 || position > int.MaxValue - deleted)
            throw Damaged($"a patch at {position.ToString(CultureInfo.InvariantCulture)} deletes {deleted.ToString(CultureInfo.InvariantCulture)}");
        // Positions in traces count code points. Where every one of them is one code unit, as in all traces known, that is the same.
        if (inserted.Any(char.IsSurrogate))
            throw Damaged("it inserts a character outside the basic multilingual plane, of which traces count the half");
        return new TracePatch(position, deleted, inserted);
    }

    private InvalidPlanException Damaged(string what) => new($"--trace {_path}, line {_line}: {what.TrimEnd('.')}.");

    private static Stream Unzipped(FileStream bytes)
    {
        bool isZipped = bytes.ReadByte() == 0x1f && bytes.ReadByte() == 0x8b;
        bytes.Position = 0;
        return isZipped ? new GZipStream(bytes, CompressionMode.Decompress) : bytes;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
