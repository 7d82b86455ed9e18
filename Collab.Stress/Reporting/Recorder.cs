using System.Collections.Concurrent;
using Collab.Stress.Integrity;

namespace Collab.Stress.Reporting;

/// <summary>What happens in one run, told by whoever drives; any thread, no lock. It goes to <c>/metrics</c> at once, and into the report at the end.</summary>
internal sealed class Recorder(string scenario)
{
    private readonly StressMetrics _metrics = new(scenario);
    private readonly ConcurrentDictionary<string, Tally> _statuses = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Tally> _errors = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Tally> _happenings = new(StringComparer.Ordinal);
    private long _succeeded;
    private long _failed;
    private long _unanswered;
    private long _bytesSent;
    private long _bytesReceived;
    private int _clients;

    /// <summary>Of everything that was answered, and of what was given up.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>From an author's sending to another client's applying.</summary>
    public LatencyHistogram Propagation { get; } = new();

    /// <summary>From when somebody wanted to be in a document, or was cut off, until they were in it.</summary>
    public LatencyHistogram Admission { get; } = new();

    /// <summary>How long after it was due the tool began something: what of the latency is its own.</summary>
    public LatencyHistogram Lateness { get; } = new();

    public long SucceededCount => Interlocked.Read(ref _succeeded);

    public long FailedCount => Interlocked.Read(ref _failed);

    public long UnansweredCount => Interlocked.Read(ref _unanswered);

    public long BytesSent => Interlocked.Read(ref _bytesSent);

    public long BytesReceived => Interlocked.Read(ref _bytesReceived);

    /// <summary>Connected now.</summary>
    public int Clients => Volatile.Read(ref _clients);

    /// <summary>Answers by what they said: <c>acknowledged</c>, <c>refused</c>, <c>200</c>.</summary>
    public IReadOnlyDictionary<string, long> Statuses => Counts(_statuses);

    public IReadOnlyDictionary<string, long> Errors => Counts(_errors);

    /// <summary>What was no operation and went as it should: <c>join</c>, <c>leave</c>, <c>cut</c>, <c>reconnect</c>.</summary>
    public IReadOnlyDictionary<string, long> Happenings => Counts(_happenings);

    /// <param name="latency">From when it was due, in an open loop; from sending, in a closed one.</param>
    public void Succeeded(TimeSpan latency, string status)
    {
        Interlocked.Increment(ref _succeeded);
        Count(_statuses, status);
        Latency.Add(latency);
        _metrics.Ended(status);
        _metrics.Took(latency);
    }

    /// <summary>Something was not done.</summary>
    /// <param name="errorType">Of a closed set: an error code of the protocol, <c>timeout</c>, <c>connection</c>.</param>
    /// <param name="latency">How long it took to fail; null where that says nothing.</param>
    /// <param name="status">What the answer said; null: there was none.</param>
    public void Failed(string errorType, TimeSpan? latency = null, string? status = null)
    {
        Interlocked.Increment(ref _failed);
        if (status is not null)
            Count(_statuses, status);
        if (latency is { } took)
        {
            Latency.Add(took);
            _metrics.Took(took);
        }

        _metrics.Ended(status ?? "failed");
        Went(errorType);
    }

    /// <summary>These many have no answer, and none is waited for any more.</summary>
    public void Unanswered(int operations)
    {
        Interlocked.Add(ref _unanswered, operations);
        _metrics.Ended("unanswered", operations);
        Went("unanswered", operations);
    }

    /// <summary>Something went wrong that was no operation: a replica <c>diverged</c>.</summary>
    public void Went(string errorType, int times = 1)
    {
        Count(_errors, errorType, times);
        _metrics.Went(errorType, times);
    }

    /// <summary>Something happened that is no operation, and no trouble.</summary>
    public void Happened(string what) => Count(_happenings, what);

    public void Admitted(TimeSpan latency) => Admission.Add(latency);

    public void Propagated(TimeSpan latency)
    {
        Propagation.Add(latency);
        _metrics.Propagated(latency);
    }

    /// <summary>The tool began something this long after it was due.</summary>
    public void Late(TimeSpan lateness)
    {
        Lateness.Add(lateness);
        _metrics.Late(lateness);
    }

    public void Bytes(long sent, long received)
    {
        Interlocked.Add(ref _bytesSent, sent);
        Interlocked.Add(ref _bytesReceived, received);
    }

    public void ClientJoined()
    {
        Interlocked.Increment(ref _clients);
        _metrics.ClientsChanged(1);
    }

    public void ClientLeft()
    {
        Interlocked.Decrement(ref _clients);
        _metrics.ClientsChanged(-1);
    }

    /// <summary>Called about once a second while the load is driven.</summary>
    public void TimePassed(TimeSpan sinceStart) => _metrics.TimePassed(sinceStart, SucceededCount);

    public void Checked(IntegrityReport? report)
    {
        if (report is null)
            return;
        _metrics.Checked(report);
        if (!report.IsWhole)
            Went("integrity", Math.Max(1, report.Findings.Count));
    }

    private static void Count(ConcurrentDictionary<string, Tally> counts, string key, int times = 1) => Interlocked.Add(ref counts.GetOrAdd(key, _ => new Tally()).Value, times);

    private static SortedDictionary<string, long> Counts(ConcurrentDictionary<string, Tally> counts) =>
        new(counts.ToDictionary(count => count.Key, count => Interlocked.Read(ref count.Value.Value)), StringComparer.Ordinal);

    private sealed class Tally
    {
        public long Value;
    }
}
