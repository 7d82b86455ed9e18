using System.Diagnostics;

namespace Collab.Observability;

/// <summary>The spans that Collab makes itself, see <c>docs/tracing.md</c>. Those of grain calls Orleans makes, those of HTTP requests ASP.NET Core.</summary>
/// <remarks>Where nobody listens, and nobody does unless <c>Collab:Traces:Endpoint</c> is set, each costs the look at a field and allocates nothing.</remarks>
public static class CollabActivities
{
    /// <summary>The source's name, for those who listen.</summary>
    public const string SourceName = "Collab";

    /// <summary>What a hub's span is called before its verb.</summary>
    public const string HubPrefix = "hub ";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Whether anybody listens.</summary>
    public static bool AreOn => Source.HasListeners();

    /// <summary>A client's message, on its host. It is the root of its trace: what is current when it comes, the connection's request or the framework's own activity for a message, nobody records.</summary>
    /// <param name="name"><see cref="HubPrefix"/> and the verb.</param>
    public static Activity? BeginHub(string name, string? document)
    {
        var outer = Activity.Current;
        Activity.Current = null;
        if (Source.StartActivity(name, ActivityKind.Server) is not { } span)
        {
            Activity.Current = outer;
            return null;
        }

        if (document is not null)
            span.SetTag(SpanTag.Document, document);
        return span;
    }

    /// <summary>A decision of the document's authority: an operation moved over those that came before it.</summary>
    public static TraceSpan Rebase(string document, string kind) => Source.HasListeners() ? Begin("rebase", document, kind) : default;

    /// <summary>One operation's wait for the log, from its decision until it is durable.</summary>
    public static TraceSpan Append(string document, string kind) => Source.HasListeners() ? Begin("append", document, kind) : default;

    /// <summary>One operation that was pushed to this host, until it was handed to every connection of its document.</summary>
    /// <param name="parent">As <see cref="TraceSpan.Parent"/> says.</param>
    public static TraceSpan Push(string document, string parent)
    {
        if (!Source.HasListeners() || !ActivityContext.TryParse(parent, null, isRemote: true, out var context))
            return default;
        var outer = Activity.Current;
        var span = Source.StartActivity("push", ActivityKind.Consumer, context);
        // There may be several at once: none is what runs.
        Activity.Current = outer;
        span?.SetTag(SpanTag.Document, document);
        return new TraceSpan(span);
    }

    /// <summary>Whatever is current was refused: an error of the code that its caller is told.</summary>
    public static void Refused(string code)
    {
        if (Source.HasListeners())
            new TraceSpan(Activity.Current).Refuse(code);
    }

    /// <summary>What follows goes on for others than who happens to have started it, and is part of nothing.</summary>
    public static void Leave() => Activity.Current = null;

    private static TraceSpan Begin(string name, string document, string kind)
    {
        var span = Source.StartActivity(name);
        span?.SetTag(SpanTag.Document, document);
        span?.SetTag(SpanTag.Kind, kind);
        return new TraceSpan(span);
    }
}
