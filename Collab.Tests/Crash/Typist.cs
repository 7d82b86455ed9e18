using System.Collections.Concurrent;
using System.Diagnostics;
using Collab.Client;
using Collab.Client.Documents;
using Collab.Client.Messages;
using Collab.Operations;
using Collab.Operations.Deltas;
using Collab.Operations.RichText;
using Collab.Operations.Ropes;
using Collab.Operations.Text;

namespace Collab.Tests.Crash;

/// <summary>
/// One client in one document, at full rate: types, deletes and formats whole tokens as fast as they are acknowledged, and goes on
/// more slowly while nothing is. Writes down what it did and everything that the server told it.
/// </summary>
internal sealed class Typist
{
    // Then about as much is deleted as typed.
    private const int TokensHeld = 1_500;
    private const int TokensDeletedAtOnce = 3;

    // What is typed while nothing is acknowledged.
    private static readonly TimeSpan OfflinePace = TimeSpan.FromMilliseconds(250);

    private readonly DocumentRecord _record;
    private readonly Random _random;
    private readonly Func<Token> _next;
    private readonly SemaphoreSlim _acknowledged = new(0);
    private string _session;
    private int _connectionsLost;
    private long _firstAcknowledged;
    private long _lastAcknowledged;
    private long _longestPause;
    private int _editsMade;

    /// <param name="entrance">Where its client connects.</param>
    /// <param name="next">Tokens that no other document gets.</param>
    public Typist(CollabDocument document, DocumentRecord record, int entrance, Func<Token> next, Random random)
    {
        (Document, Entrance, _record, _next, _random, _session) = (document, entrance, record, next, random, document.Session);
        document.Inbox = Hear;
        document.Happened += Note;
    }

    public CollabDocument Document { get; }

    /// <summary>By its place in <see cref="WritersPlan.Entrances"/>.</summary>
    public int Entrance { get; }

    /// <summary>For the evidence.</summary>
    public string Name => $"session {_session} in {_record.Id}";

    /// <summary>How often this one has edited.</summary>
    public int EditsMade => Volatile.Read(ref _editsMade);

    /// <summary>The longest time without an acknowledgement since <see cref="Mark"/>, up to now.</summary>
    public TimeSpan LongestPause
    {
        get
        {
            var now = Stopwatch.GetElapsedTime(Interlocked.Read(ref _lastAcknowledged));
            var before = Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _longestPause));
            return now > before ? now : before;
        }
    }

    /// <summary>How often which refusal came, by its error code.</summary>
    public ConcurrentDictionary<string, int> Refusals { get; } = new();

    public int ConnectionsLost => Volatile.Read(ref _connectionsLost);

    /// <summary>What may never happen to an honest client: an edit refused for good, a replica that diverged, a stay that ended.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    /// <summary>When the first acknowledgement after <see cref="Mark"/> came; null while none has.</summary>
    public long? FirstAcknowledged => Interlocked.Read(ref _firstAcknowledged) is > 0 and var at ? at : null;

    /// <summary>From here on the first acknowledgement and the longest pause are looked for.</summary>
    public void Mark()
    {
        Interlocked.Exchange(ref _longestPause, 0);
        Interlocked.Exchange(ref _lastAcknowledged, Stopwatch.GetTimestamp());
        Interlocked.Exchange(ref _firstAcknowledged, 0);
    }

    /// <summary>Edits until it is to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            for (int edits = _random.Next(1, 4); edits > 0; edits--)
                Document.Edit(Edit);
            Interlocked.Increment(ref _editsMade);
            try
            {
                await _acknowledged.WaitAsync(OfflinePace, stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private Delta Edit(IContent content)
    {
        var sequence = (SequenceContent)content;
        int tokens = content.Length / Token.Length, dice = _random.Next(100);
        if (tokens > TokensDeletedAtOnce && dice < (tokens > TokensHeld ? 55 : 20))
            return Delete(sequence, _random.Next(tokens - TokensDeletedAtOnce), _random.Next(1, TokensDeletedAtOnce + 1));
        if (tokens > 1 && dice > 90 && sequence.Form == DeltaForm.RichText)
            return Format(sequence, _random.Next(tokens - 1));

        // Every other time at the beginning, where the others type, too.
        return Type(sequence, dice % 2 == 0 ? 0 : _random.Next(tokens + 1));
    }

    private Delta Type(SequenceContent content, int place)
    {
        var token = _next();
        _record.Typed(token);
        return Span(content, place, 0, delta => delta.Insert(token.ToString(), content.Form == DeltaForm.RichText && token.Number % 3 == 0 ? Bold : null));
    }

    private Delta Delete(SequenceContent content, int place, int count)
    {
        _record.Deleted(Token.ReadAll(Slice(content, place * Token.Length, count * Token.Length)));
        return Span(content, place, count, delta => delta.Delete(count * Token.Length));
    }

    private Delta Format(SequenceContent content, int place) =>
        Span(content, place, 1, delta => delta.Retain(Token.Length, _random.Next(2) == 0 ? Bold : Plain));

    private static Attributes Bold { get; } = Attributes.Of(("bold", true));

    private static Attributes Plain { get; } = Attributes.Of(("bold", AttributeValue.Null));

    private static Delta Span(SequenceContent content, int place, int count, Func<DeltaBuilder, DeltaBuilder> change) =>
        change(new DeltaBuilder(content.Form).Retain(place * Token.Length)).Retain(content.Length - ((place + count) * Token.Length)).Build();

    private static string Slice(SequenceContent content, int start, int length) => content switch
    {
        TextContent text => text.Slice(start, length),
        _ => DocumentAudit.Inserted(((RichTextContent)content).Slice(start, length)),
    };

    private void Hear(ServerMessage message)
    {
        switch (message)
        {
            case ServerMessage.Joined joined:
                _session = joined.Session;
                if (joined.AppliedSequence > 0)
                    _record.Told(joined.AppliedRevision, joined.Session, joined.AppliedSequence, isOwn: true);
                break;
            case ServerMessage.Operations operations:
                foreach (var operation in operations.List)
                    _record.Told(operation.Revision, operation.Session, operation.Sequence, operation.Session == _session);
                break;
            case ServerMessage.Acknowledged acknowledged:
                _record.Told(acknowledged.Revision, _session, acknowledged.Sequence, isOwn: true);
                break;
            case ServerMessage.Refused refused:
                Refusals.AddOrUpdate(refused.Refusal.Reason, 1, (_, count) => count + 1);
                break;
        }

        Document.Take(message);
    }

    private void Note(DocumentEvent happened)
    {
        switch (happened)
        {
            case DocumentEvent.Acknowledged:
                long now = Stopwatch.GetTimestamp(), pause = now - Interlocked.Exchange(ref _lastAcknowledged, now);
                if (pause > _longestPause)
                    Interlocked.Exchange(ref _longestPause, pause);
                Interlocked.CompareExchange(ref _firstAcknowledged, now, 0);
                if (_acknowledged.CurrentCount == 0)
                    _acknowledged.Release();
                break;
            case DocumentEvent.PhaseChanged { Phase: DocumentPhase.Offline }:
                Interlocked.Increment(ref _connectionsLost);
                break;
            case DocumentEvent.EditRefused refused:
                Complaints.Enqueue($"{_record.Id}, session {_session}: an edit was refused for good, {refused.Refusal.Reason}: {refused.Refusal.Detail}");
                break;
            case DocumentEvent.Diverged diverged:
                Complaints.Enqueue($"{_record.Id}, session {_session}: the replica diverged: {diverged.Detail}");
                break;
            case DocumentEvent.Closed { Reason: not "left" } closed:
                Complaints.Enqueue($"{_record.Id}, session {_session}: the stay ended, {closed.Reason}: {closed.Detail}");
                break;
        }
    }
}
