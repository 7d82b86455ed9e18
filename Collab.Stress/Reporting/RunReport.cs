using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Collab.Stress.Integrity;

namespace Collab.Stress.Reporting;

/// <summary>All that a run has found: what the summary says, <c>--json</c> writes and a program can read. Names in JSON are those here in snake case; durations are in milliseconds unless the name says otherwise.</summary>
internal sealed record RunReport
{
    /// <summary>A reader of another number must not guess.</summary>
    public const string CurrentFormat = "collab-stress/1";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public string Format { get; init; } = CurrentFormat;

    public required string Scenario { get; init; }

    public required string Description { get; init; }

    public required string Target { get; init; }

    /// <summary>As it was typed, without keys and tokens.</summary>
    public required string Command { get; init; }

    public required DateTimeOffset Started { get; init; }

    public required int Seed { get; init; }

    public PlanReport? Plan { get; init; }

    public required RunOutcome Outcome { get; init; }

    /// <summary>Ctrl-C ended it before its time.</summary>
    public required bool Interrupted { get; init; }

    public required int ExitCode { get; init; }

    public RunTotals? Totals { get; init; }

    public LatencyReport? Latency { get; init; }

    /// <summary>From an author's sending to another client's applying; null where nothing was measured.</summary>
    public LatencyReport? Propagation { get; init; }

    /// <summary>From wanting to be in a document, or from being cut off, until being in it; null where nobody was.</summary>
    public LatencyReport? Admission { get; init; }

    /// <summary>How late the tool itself was with what was due; null where nothing was due at a time.</summary>
    public LatencyReport? Lateness { get; init; }

    public IReadOnlyDictionary<string, long>? Statuses { get; init; }

    public IReadOnlyDictionary<string, long>? Errors { get; init; }

    /// <summary>What happened that was no operation: joins, leaves, cuts, reconnects.</summary>
    public IReadOnlyDictionary<string, long>? Happenings { get; init; }

    /// <summary>Null where there was nothing to compare.</summary>
    public IntegrityReport? Integrity { get; init; }

    public IReadOnlyList<TimelinePoint>? Timeline { get; init; }

    /// <summary>Null where the server is not on this machine, or not to be seen.</summary>
    public UsageReport? Server { get; init; }

    public ToolReport? Tool { get; init; }

    /// <summary>Of <c>all</c>: one for each; all that is of one run is null then, as this is elsewhere.</summary>
    public IReadOnlyList<RunReport>? Scenarios { get; init; }

    public static RunReport Of(StressPlan plan, string command, DateTimeOffset started, DrivenRun driven, Recorder recorder, IntegrityReport? integrity)
    {
        var totals = RunTotals.Of(recorder, driven.Time);
        var outcome = integrity is { IsWhole: false } ? RunOutcome.NotWhole : recorder.Errors.Count > 0 ? RunOutcome.Errors : RunOutcome.Whole;
        return new RunReport
        {
            Scenario = plan.Scenario.Name,
            Description = plan.Scenario.Description,
            Target = plan.Target.ToString(),
            Command = command,
            Started = started,
            Seed = plan.Seed,
            Plan = PlanReport.Of(plan),
            Outcome = outcome,
            Interrupted = driven.IsInterrupted,
            ExitCode = outcome == RunOutcome.NotWhole ? StressCommand.Broken : StressCommand.Fine,
            Totals = totals,
            Latency = LatencyReport.Of(recorder.Latency),
            Propagation = recorder.Propagation.Count > 0 ? LatencyReport.Of(recorder.Propagation) : null,
            Admission = recorder.Admission.Count > 0 ? LatencyReport.Of(recorder.Admission) : null,
            Lateness = recorder.Lateness.Count > 0 ? LatencyReport.Of(recorder.Lateness) : null,
            Statuses = recorder.Statuses,
            Errors = recorder.Errors,
            Happenings = recorder.Happenings,
            Integrity = integrity,
            Timeline = driven.Timeline.Points,
            Server = UsageReport.Of(driven.Timeline.Server, totals),
            Tool = UsageReport.Of(driven.Timeline.Tool, totals) is { } tool ? ToolReport.Of(tool, driven.GarbagePauses) : null,
        };
    }

    /// <param name="hasFailures">Some could not be run at all.</param>
    public static RunReport OfAll(StressPlan first, string command, DateTimeOffset started, IReadOnlyList<RunReport> reports, bool hasFailures)
    {
        var worst = reports.Select(report => report.Outcome).DefaultIfEmpty(RunOutcome.Errors).Max();
        return new RunReport
        {
            Scenario = StressOptions.All,
            Description = "one scenario after the other",
            Target = first.Target.ToString(),
            Command = command,
            Started = started,
            Seed = first.Seed,
            Outcome = hasFailures && worst == RunOutcome.Whole ? RunOutcome.Errors : worst,
            Interrupted = reports.Any(report => report.Interrupted),
            ExitCode = worst == RunOutcome.NotWhole ? StressCommand.Broken : hasFailures ? StressCommand.NotDone : StressCommand.Fine,
            Scenarios = reports,
        };
    }

    public string ToJson() => JsonSerializer.Serialize(this, Json);
}
