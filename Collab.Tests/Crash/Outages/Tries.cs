namespace Collab.Tests.Crash.Outages;

/// <summary>How often something was tried, what was said at each failure, and how long the longest try took.</summary>
internal sealed record Tries(int Count, IReadOnlyList<string> Failures, TimeSpan Longest);

/// <summary>Counts <see cref="Tries"/>, from any thread.</summary>
internal sealed class TryCounter
{
    private readonly Lock _lock = new();
    private List<string> _failures = [];
    private int _count;
    private TimeSpan _longest;

    public void Add(string? failure, TimeSpan took)
    {
        lock (_lock)
        {
            _count++;
            _longest = took > _longest ? took : _longest;
            if (failure is not null)
                _failures.Add(failure);
        }
    }

    /// <summary>What was counted since the last time.</summary>
    public Tries Take()
    {
        lock (_lock)
        {
            var tries = new Tries(_count, _failures, _longest);
            (_count, _failures, _longest) = (0, [], TimeSpan.Zero);
            return tries;
        }
    }
}
