using System.Collections.Concurrent;
using System.Reflection;
using Collab.Contracts.Activity;
using Collab.Grains.Activity;
using Collab.Grains.Log;

namespace Collab.Tests.Activity;

/// <summary>A memory log whose next appends go as a test says; everything else passes.</summary>
public class FaultyActivityLog : DispatchProxy
{
    private readonly ConcurrentQueue<AppendFault> _faults = new();
    private readonly MemoryActivityLog _log = new();

    /// <summary>An event of this document can't be stored, ever.</summary>
    internal string? Poison { get; set; }

    internal IActivityLog Log => (IActivityLog)(object)this;

    internal static FaultyActivityLog Create() => (FaultyActivityLog)Create<IActivityLog, FaultyActivityLog>();

    internal void Fail(params AppendFault[] faults)
    {
        foreach (var fault in faults)
            _faults.Enqueue(fault);
    }

    internal async Task<ActivityEvent[]> AllAsync() => [.. await _log.ReadAfterAsync(0, 10_000, CancellationToken.None)];

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name != nameof(IActivityLog.AppendAsync))
            return targetMethod.Invoke(_log, args);
        var events = (IReadOnlyList<ActivityEvent>)args![0]!;
        if (events.Any(happened => happened.Document.Value == Poison))
            throw new InvalidOperationException("It has no place for that.");
        _faults.TryDequeue(out var fault);
        if (fault == AppendFault.NotDone)
            throw new LogUnavailableException("The test's log is away.");
        var appended = targetMethod.Invoke(_log, args);
        return fault == AppendFault.AnswerLost ? throw new LogUnavailableException("The test's log is away, and has done it.", fault: LogFault.Timeout) : appended;
    }
}

internal enum AppendFault
{
    None,
    NotDone,
    AnswerLost,
}
