using System.Diagnostics;

namespace Collab.Observability;

/// <summary>A span that may be none: then nothing happens, and nothing is allocated.</summary>
public readonly struct TraceSpan(Activity? activity) : IDisposable
{
    /// <summary>What another process makes its spans part of this one by, a W3C <c>traceparent</c>. Null where nothing is recorded.</summary>
    public string? Parent => activity is { Recorded: true } ? activity.Id : null;

    public TraceSpan Tag(string tag, string value)
    {
        if (activity is { IsAllDataRequested: true })
            activity.SetTag(tag, value);
        return this;
    }

    public TraceSpan Tag(string tag, long value)
    {
        if (activity is { IsAllDataRequested: true })
            activity.SetTag(tag, value);
        return this;
    }

    /// <summary>What it was for did not happen.</summary>
    /// <param name="code">The error code of <c>docs/protocol.md</c>. Never the detail: what an exception says is not known beforehand.</param>
    public void Refuse(string code)
    {
        if (activity is not { IsAllDataRequested: true })
            return;
        activity.SetTag(SpanTag.Error, code);
        activity.SetTag(SpanTag.Outcome, "refused");
        activity.SetStatus(ActivityStatusCode.Error);
    }

    public void Dispose() => activity?.Dispose();
}

/// <summary>All that Collab's own spans say: names of things, numbers, and words of closed lists. Nothing that anybody typed, and nobody's name.</summary>
public static class SpanTag
{
    public const string Document = "collab.document";
    public const string Session = "collab.session";
    public const string Kind = "collab.kind";

    /// <summary>The revision that an operation became.</summary>
    public const string Revision = "collab.revision";

    /// <summary><c>applied</c>, <c>duplicate</c> or <c>refused</c>.</summary>
    public const string Outcome = "collab.outcome";

    /// <summary>How many operations it was moved over.</summary>
    public const string Distance = "collab.rebase.distance";

    public const string Conflicts = "collab.conflicts";

    /// <summary>How many operations went with it.</summary>
    public const string Operations = "collab.operations";

    /// <summary>The error code.</summary>
    public const string Error = "error.type";
}
