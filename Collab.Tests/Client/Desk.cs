using Collab.Client;
using Collab.Client.Access;
using Collab.Client.Documents;
using Collab.Client.Messages;
using Collab.Client.Presence;
using Collab.Operations;
using Collab.Operations.RichText;
using Collab.Operations.Text;
using Collab.Tests.Operations;

namespace Collab.Tests.Client;

/// <summary>One client machine at a desk: what it says is kept, what it hears is spelled out by the test. It sits in document <c>d</c> as session <c>me</c>.</summary>
internal sealed class Desk
{
    private readonly IDocumentKind _kind;
    private readonly List<ClientMessage> _sent = [];
    private readonly UnansweredJoins _joins = new();
    private TimeSpan _now = TimeSpan.FromSeconds(1);

    public Desk(IDocumentKind? kind = null)
    {
        _kind = kind ?? TextKind.Instance;
        State = new DocumentState("d", "Me", null, new Random(1));
        State.TimePassed(_now);
    }

    public DocumentState State { get; }

    public List<DocumentEvent> Events { get; } = [];

    public string Text => State.Content!.ToString()!;

    /// <summary>Joined at revision 0 with this text, and nothing left in the out tray.</summary>
    public static Desk With(string text)
    {
        var desk = new Desk();
        desk.State.ConnectionOpened();
        desk.Joined(snapshot: text);
        desk.Sent();
        desk.Events.Clear();
        return desk;
    }

    public static Desk WithRichText(string content)
    {
        var desk = new Desk(RichTextKind.Instance);
        desk.State.ConnectionOpened();
        desk.Hear(desk.Joining(new Snapshot(0, Notation.RichDocument(content))));
        desk.Sent();
        desk.Events.Clear();
        return desk;
    }

    /// <summary>The server says what the person may do from now on.</summary>
    public void Role(DocumentRole role) => Hear(new ServerMessage.RoleChanged("d", role));

    public void Closed(string reason, RefusalAction action) => Hear(new ServerMessage.Closed("d", reason, action));

    /// <summary>What was said of the connection's quality, so far.</summary>
    public List<ClientMessage.Quality> Reports { get; } = [];

    /// <summary>What was said since the last look; apart from <see cref="Reports"/>, which come by the clock.</summary>
    public IReadOnlyList<ClientMessage> Sent()
    {
        TakeMessages();
        while (State.TryTake(out DocumentEvent? happened))
            Events.Add(happened);
        ClientMessage[] sent = [.. _sent];
        _sent.Clear();
        return sent;
    }

    public void Type(string delta) => State.Edit(Notation.Parse(delta, ((Collab.Operations.Ropes.SequenceContent)State.Content!).Form));

    public void Wait(TimeSpan time) => State.TimePassed(_now += time);

    public void Hear(ServerMessage message)
    {
        TakeMessages();
        if (message is not (ServerMessage.Joined or ServerMessage.Refused { Verb: "join" }) || _joins.Answered("d"))
            State.Receive(message);
    }

    /// <summary>A join is answered with something that can't be read.</summary>
    public void HearUnreadableAnswer()
    {
        TakeMessages();
        if (_joins.Answered("d"))
            State.ReceiveUnreadable("No content.");
    }

    /// <summary>The server admits the session.</summary>
    public void Joined(
        string? snapshot = null, long at = 0, long? head = null, long applied = 0, long appliedAt = 0, string session = "me", int operationBytes = 1 << 20, DocumentRole? role = null) =>
        Hear(Joining(snapshot is null ? null : new Snapshot(at, Notation.Document(snapshot)), head ?? at, applied, appliedAt, session, operationBytes) with { Role = role });

    /// <summary>The operation that makes <paramref name="revision"/> comes by.</summary>
    public void Operation(long revision, string delta, string session = "other", long sequence = 1) =>
        Operations((revision, delta, session, sequence));

    public void Operations(params (long Revision, string Delta, string Session, long Sequence)[] operations) =>
        Hear(new ServerMessage.Operations("d", [.. operations.Select(o => new Operation(o.Revision, o.Session, o.Sequence, null, default, Delta(o.Delta), []))]));

    public void Refused(string verb, string reason, RefusalAction action, long? sequence = null, int? retryAfter = null) =>
        Hear(new ServerMessage.Refused("d", verb, sequence, new Refusal(
            reason, action, $"{reason}.", retryAfter is { } after ? TimeSpan.FromMilliseconds(after) : null)));

    public ServerMessage.Joined Joining(
        Snapshot? snapshot, long head = 0, long applied = 0, long appliedAt = 0, string session = "me", int operationBytes = 1 << 20) =>
        new("d", session, $"token-{session}", 1, _kind, "merge", "Title", head, applied, appliedAt, snapshot, [], new Limits(1 << 20, operationBytes, 1 << 20));

    /// <summary>A submission in one line: <c>1@0 =4 +x</c> is sequence 1 on base 0.</summary>
    public string Written(ClientMessage message)
    {
        var submit = Assert.IsType<ClientMessage.Submit>(message);
        var delta = (Collab.Operations.Deltas.Delta)_kind.DecodeDelta(submit.Delta.Span, DeltaLimits.Default);
        return $"{submit.Sequence}@{submit.Base} {Notation.Write(delta)}";
    }

    public IReadOnlyList<string> Submissions() => [.. Sent().OfType<ClientMessage.Submit>().Select(Written)];

    public PresenceUpdate Selection(string session, long revision, int anchor, int head) =>
        new(session, session.ToUpperInvariant(), "#112233", revision, new(anchor, head), false, default);

    private Collab.Operations.Deltas.Delta Delta(string notation) => Notation.Parse(
        notation, _kind == TextKind.Instance ? Collab.Operations.Deltas.DeltaForm.Text : Collab.Operations.Deltas.DeltaForm.RichText);

    private void TakeMessages()
    {
        while (State.TryTake(out ClientMessage? message))
        {
            if (message is ClientMessage.Join join)
                _joins.Sent(join.Document);
            if (message is ClientMessage.Quality report)
                Reports.Add(report);
            else
                _sent.Add(message);
        }
    }
}
