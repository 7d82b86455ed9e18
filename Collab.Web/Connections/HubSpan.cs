using System.Diagnostics;
using System.Runtime.CompilerServices;
using Collab.Contracts;
using Collab.Observability;
using Collab.Web.Messages;

namespace Collab.Web.Connections;

/// <summary>
/// A client's message while it is traced: the root of everything that it sets off. The hub does not wait, so the span ends with the last who holds it: whoever answers the message later
/// (<see cref="Hold"/>), or else the hub itself.
/// </summary>
internal readonly struct HubSpan : IDisposable
{
    private const string Holders = "collab.holders";

    private readonly Activity? _span;
    private readonly Activity? _outer;
    private readonly bool _isHubs;

    private HubSpan(Activity span, Activity? outer, bool isHubs) => (_span, _outer, _isHubs) = (span, outer, isHubs);

    /// <summary>A message comes. What runs until this is disposed, and what that starts, is part of the span.</summary>
    public static HubSpan Begin<TMessage>(TMessage message)
        where TMessage : IDocumentMessage => CollabActivities.AreOn ? Begin(NameOf<TMessage>.Value, message.Document) : default;

    /// <inheritdoc cref="Begin{TMessage}(TMessage)"/>
    /// <param name="name">One of few.</param>
    public static HubSpan Begin(string name, DocumentId? document)
    {
        if (!CollabActivities.AreOn)
            return default;
        var outer = Activity.Current;
        if (CollabActivities.BeginHub(name, document?.Value) is not { } span)
            return default;
        if (span.IsAllDataRequested)
            span.SetCustomProperty(Holders, new StrongBox<int>(1));
        return new HubSpan(span, outer, isHubs: true);
    }

    /// <summary>The message that is being served is answered later: its span goes on until this is disposed.</summary>
    public static HubSpan Hold()
    {
        if (!CollabActivities.AreOn || Activity.Current is not { IsAllDataRequested: true } span || span.GetCustomProperty(Holders) is not StrongBox<int> holders)
            return default;
        Interlocked.Increment(ref holders.Value);
        return new HubSpan(span, null, isHubs: false);
    }

    /// <summary>Whether there is one.</summary>
    public bool IsTraced => _span is not null;

    /// <summary>What the caller does from here on is part of it, on whichever thread that goes on.</summary>
    public void Resume()
    {
        if (_span is not null)
            Activity.Current = _span;
    }

    /// <summary>What became of it, where that is no refusal.</summary>
    public void Settle(Revision revision, bool isDuplicate)
    {
        if (_span is null)
            return;
        _span.SetTag(SpanTag.Outcome, isDuplicate ? "duplicate" : "applied");
        _span.SetTag(SpanTag.Revision, revision.Value);
    }

    public HubSpan Of(SessionId session)
    {
        _span?.SetTag(SpanTag.Session, session.Value);
        return this;
    }

    public void Dispose()
    {
        if (_span is null)
            return;
        if (_span.GetCustomProperty(Holders) is not StrongBox<int> holders || Interlocked.Decrement(ref holders.Value) == 0)
            _span.Dispose();
        // The framework goes on with what it had.
        if (_isHubs)
            Activity.Current = _outer;
    }

    private static class NameOf<TMessage>
        where TMessage : IDocumentMessage
    {
        public static string Value { get; } = CollabActivities.HubPrefix + TMessage.Verb;
    }
}
