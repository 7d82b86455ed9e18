using System.ComponentModel.DataAnnotations;

namespace Collab.Grains.Activity;

/// <summary>How activity is written and kept; section <c>Collab:Activity</c>. Ranges are checked at start; a value outside stops the host with a message naming it.</summary>
public sealed class ActivityOptions
{
    public const string Section = "Collab:Activity";

    /// <summary>
    /// Events of one silo that may wait for the activity log, about 300 bytes each. Default 10,000, range 100–1,000,000. At the limit the newest are dropped, and counted: documents are never held up by what is told of them.
    /// </summary>
    [Range(100, 1_000_000)]
    public int QueueEventsLimit { get; set; } = 10_000;

    /// <summary>Events in one transaction of the activity log. Default 500, range 1–10,000.</summary>
    [Range(1, 10_000)]
    public int BatchEventsLimit { get; set; } = 500;

    /// <summary>How long the first event of a batch waits for company, and so how late consumers hear of it. Default 100 ms, range 0–10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan BatchInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a silo that stops waits for the log to take what still waits. Default 5 s, range 0–1 min. Beyond, the rest is dropped, and counted.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan FlushLimit { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long events are kept. Default 30 days, range 0–3,650 days; 0 keeps them for ever. A consumer that was away for longer misses what is gone.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan RetainFor { get; set; } = TimeSpan.FromDays(30);

    /// <summary>So many conflicts of one document within <see cref="ConflictBurstWindow"/> are a burst. Default 20, range 2–1,000.</summary>
    [Range(2, 1_000)]
    public int ConflictBurstCount { get; set; } = 20;

    /// <summary>The time that the conflicts of a burst are looked for in; so long without a conflict ends it. Default 10 s, range 100 ms–10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan ConflictBurstWindow { get; set; } = TimeSpan.FromSeconds(10);
}
