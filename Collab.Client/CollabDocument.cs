using System.Text.Json;
using Collab.Client.Access;
using Collab.Client.Documents;
using Collab.Client.Messages;
using Collab.Client.Presence;
using Collab.Operations;
using Collab.Operations.Deltas;
using Collab.Operations.Ropes;

namespace Collab.Client;

/// <summary>
/// One document, opened: a replica that is edited at once and follows the others. All members may be called from any thread.
/// </summary>
/// <remarks>A document object is one session. Open the same document twice through two clients to be two.</remarks>
public sealed class CollabDocument
{
    private readonly Lock _lock = new();
    private readonly DocumentState _state;
    private readonly CollabConnection _connection;
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(long Edits, TaskCompletionSource Saved)> _waiting = [];
    private readonly Queue<DocumentEvent> _events = [];
    private bool _isRaising;
    private DocumentEvent.Closed? _closed;

    internal CollabDocument(string id, CollabConnection connection)
    {
        _connection = connection;
        _state = new DocumentState(id, connection.Options.Name, connection.Options.Color, new Random(), () => connection.BytesReceived);
    }

    /// <summary>
    /// Whatever happens to the document, one event after the other in the order in which it happened. A handler that is slow delays
    /// what the connection receives; one that throws ends the connection, which is then made anew.
    /// </summary>
    public event Action<DocumentEvent>? Happened;

    public string Id => _state.Document;

    /// <summary>The kind of document, with its algebra.</summary>
    public IDocumentKind Kind => Look(state => state.Kind!);

    public string Title => Look(state => state.Title);

    /// <summary>This replica's session, as others see it in operations and presence.</summary>
    public string Session => Look(state => state.Session!);

    /// <summary>The content with everything typed here, saved or not. Immutable.</summary>
    public IContent Content => Look(state => state.Content!);

    /// <summary>The newest revision received.</summary>
    public long Revision => Look(state => state.Revision);

    public DocumentPhase Phase => Look(state => state.Phase);

    /// <summary>Whether everything typed here is durable.</summary>
    public bool IsSaved => Look(state => state.IsSaved);

    /// <summary>What the person may do here; null before the server has said, and from one that names no roles.</summary>
    public DocumentRole? Role => Look(state => state.Role);

    /// <summary>Whether edits reach the document. What is edited while they don't is <see cref="Held"/>.</summary>
    public bool CanEdit => Look(state => state.CanEdit);

    /// <summary>Who the person is to the server; null for somebody anonymous.</summary>
    public string? Subject => Look(state => state.Subject);

    /// <summary>
    /// Pending edits that are going nowhere, as one delta over the content without them: the role does not allow them, or the document is closed. They are part of <see cref="Content"/>, and sent when the role is back. Null
    /// while there are none. See <see cref="Discard"/>.
    /// </summary>
    public IDelta? Held => Look(state => state.Held);

    /// <summary>How many edits made here are not durable.</summary>
    public long Unsaved => Look(state => state.EditsMade - state.EditsSaved);

    /// <summary>How many are here, this session included; of very many, <see cref="Others"/> has those that the server names.</summary>
    public int PresenceCount => Look(state => state.PresenceCount);

    /// <summary>The others who are here, with their selections as they stand in <see cref="Content"/>.</summary>
    public IReadOnlyList<RemotePresence> Others => Look(state => state.Others);

    /// <summary>How often an operation was sent again, because its acknowledgement stayed away or the connection was lost.</summary>
    public int ResubmissionsTotal => Look(state => state.ResubmissionsTotal);

    /// <summary>Stands between the connection and <see cref="Take"/>, when there: tests and replays of traces hold messages back, as a slow last mile would.</summary>
    internal Action<ServerMessage>? Inbox { get; set; }

    internal Task WhenLoaded => _loaded.Task;

    internal bool IsUnanswered => Look(state => state.IsUnanswered);

    internal bool IsToMove => Look(state => state.IsToMove);

    /// <summary>Edits at once. What is typed while an operation is on its way is composed and follows as the next one.</summary>
    /// <param name="edit">Makes a delta out of the content as it is; nothing comes in between.</param>
    /// <exception cref="LengthMismatchException">The delta is for content of another length; nothing has changed.</exception>
    /// <exception cref="CollabException">The document is closed.</exception>
    public void Edit(Func<IContent, IDelta> edit)
    {
        ArgumentNullException.ThrowIfNull(edit);
        Do(state =>
        {
            ThrowIfClosed();
            state.Edit(edit(state.Content!));
        });
    }

    /// <summary>Edits at once; completes when the edit is durable.</summary>
    /// <exception cref="CollabException">The server refused the edit and it was taken back, or the document closed before it was durable.</exception>
    public Task EditAsync(Func<IContent, IDelta> edit, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(edit);
        var saved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Do(state =>
        {
            ThrowIfClosed();
            state.Edit(edit(state.Content!));
            // Before anything that the edit caused is looked at: the machine itself may have refused it.
            _waiting.Add((state.EditsMade, saved));
        });
        return saved.Task.WaitAsync(cancellation);
    }

    /// <summary>Replaces a stretch of text or rich text; completes when that is durable.</summary>
    /// <param name="position">Code units from 0.</param>
    /// <param name="deleted">Code units to take out there, may be 0.</param>
    /// <param name="inserted">What to put there, may be empty.</param>
    public Task ReplaceAsync(int position, int deleted, string inserted, CancellationToken cancellation = default) =>
        EditAsync(content => Replacement((SequenceContent)content, position, deleted, inserted), cancellation);

    /// <summary>Completes when everything typed here until now is durable.</summary>
    /// <exception cref="CollabException">The server refused an edit and it was taken back, or the document closed first.</exception>
    public Task WhenSavedAsync(CancellationToken cancellation = default)
    {
        lock (_lock)
        {
            if (_state.EditsSaved >= _state.EditsMade)
                return Task.CompletedTask;
            ThrowIfClosed();
            var saved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((_state.EditsMade, saved));
            return saved.Task.WaitAsync(cancellation);
        }
    }

    /// <summary>Shows others what is selected here.</summary>
    /// <param name="selection">Positions in <see cref="Content"/>; null for nothing.</param>
    public void ShowPresence(Selection? selection, bool isTyping = false) => Do(state => state.ShowPresence(selection, isTyping));

    /// <summary>Shows others nothing any more.</summary>
    public void ClearPresence() => Do(state => state.ClearPresence());

    /// <summary>Comes back from <see cref="DocumentPhase.Idle"/>, as an edit and a selection do by themselves.</summary>
    public void Wake() => Do(state => state.Wake());

    /// <summary>Gives the held edits up: takes them out of <see cref="Content"/>.</summary>
    /// <returns>What they were; null if none are held.</returns>
    public IDelta? Discard()
    {
        IDelta? discarded = null;
        Do(state =>
        {
            discarded = state.Discard();
            if (discarded is not null)
                Fail(new CollabException("discarded", "The edits were held, and given up."));
        });
        return discarded;
    }

    /// <summary>Leaves the document. What is not durable by now may or may not become so; see <see cref="WhenSavedAsync"/>.</summary>
    public void Close()
    {
        Do(state => state.Leave());
        _connection.Remove(this);
    }

    internal void ConnectionOpened(TimeSpan now) => Do(state =>
    {
        state.TimePassed(now);
        if (state.Phase is DocumentPhase.Offline or DocumentPhase.Idle)
            state.ConnectionOpened();
    });

    internal void Authenticated(TimeSpan now) => Do(state =>
    {
        state.TimePassed(now);
        state.Authenticated();
    });

    internal void SignedOut(SignedOut signedOut) => Do(state => state.SignedOut(signedOut.Reason, signedOut.Detail));

    internal void ConnectionLost() => Do(state => state.ConnectionLost());

    internal void TimePassed(TimeSpan now) => Do(state => state.TimePassed(now));

    internal void Receive(string target, JsonElement message)
    {
        try
        {
            var read = ServerMessageReader.Read(target, message, Look(state => state.Kind));
            if (Inbox is { } inbox)
                inbox(read);
            else
                Take(read);
        }
        catch (FormatException unreadable)
        {
            Do(state => state.ReceiveUnreadable(unreadable.Message));
        }
    }

    internal void Take(ServerMessage message) => Do(state => state.Receive(message));

    private static Delta Replacement(SequenceContent content, int position, int deleted, string inserted) => new DeltaBuilder(content.Form)
        .Retain(position)
        .Insert(inserted)
        .Delete(deleted)
        .Retain(content.Length - position - deleted)
        .Build();

    private T Look<T>(Func<DocumentState, T> look)
    {
        lock (_lock)
            return look(_state);
    }

    // One input of the machine; what it says goes out in the same order, what it tells is told when the lock is free.
    private void Do(Action<DocumentState> input)
    {
        lock (_lock)
        {
            input(_state);
            while (_state.TryTake(out ClientMessage? message))
                _connection.Send(message);
            while (_state.TryTake(out DocumentEvent? happened))
            {
                _events.Enqueue(happened);
                Settle(happened);
            }

            SettleSaved();
            if (_isRaising || _events.Count == 0)
                return;
            _isRaising = true;
        }

        Raise();
    }

    private void Raise()
    {
        try
        {
            while (TryNext(out var happened))
                Happened?.Invoke(happened);
        }
        catch
        {
            lock (_lock)
                _isRaising = false;
            throw;
        }
    }

    private bool TryNext([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out DocumentEvent? happened)
    {
        lock (_lock)
        {
            _isRaising = _events.TryDequeue(out happened);
            return _isRaising;
        }
    }

    // Who waits hears of a refusal first: with it the edit counts as settled.
    private void Settle(DocumentEvent happened)
    {
        switch (happened)
        {
            case DocumentEvent.Loaded:
                _loaded.TrySetResult();
                break;
            case DocumentEvent.EditRefused refused:
                Fail(new CollabException(refused.Refusal.Reason, refused.Refusal.Detail));
                break;
            case DocumentEvent.Closed closed:
                _closed = closed;
                var over = new CollabException(closed.Reason, closed.Detail);
                _loaded.TrySetException(over);
                Fail(over);
                break;
        }
    }

    private void SettleSaved()
    {
        // Nearly always: with each message that comes, of which very many may.
        if (_waiting.Count == 0)
            return;
        foreach (var (_, saved) in _waiting.Where(waiting => waiting.Edits <= _state.EditsSaved))
            saved.TrySetResult();
        _waiting.RemoveAll(waiting => waiting.Saved.Task.IsCompleted);
    }

    private void Fail(CollabException failure) => _waiting.ForEach(waiting => waiting.Saved.TrySetException(failure));

    private void ThrowIfClosed()
    {
        if (_closed is { } closed)
            throw new CollabException(closed.Reason, closed.Detail);
    }
}
