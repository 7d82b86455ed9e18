using Collab.Client;
using Collab.Client.Documents;
using Collab.Client.Messages;

namespace Collab.Stress.Traces;

/// <summary>A client's document that sees others' operations when the recording's author saw them, and not when they come: they are held until they are let through.</summary>
internal sealed class HeldDocument
{
    private readonly Lock _lock = new();
    private readonly Queue<Operation> _held = [];
    private readonly Action<long> _arrives;
    private TaskCompletionSource _arrival = NewArrival();
    private Exception? _failure;
    private long _arrived;
    private bool _isReleased;

    /// <param name="arrives">Hears of each revision that has come over the connection, before it is let through.</param>
    public HeldDocument(CollabDocument document, Action<long> arrives)
    {
        Document = document;
        (_arrives, _arrived) = (arrives, document.Revision);
        document.Happened += Note;
        document.Inbox = Take;
    }

    public CollabDocument Document { get; }

    /// <summary>Lets through what leads to a revision, and no more.</summary>
    /// <exception cref="CollabException">An edit was refused, or the document closed.</exception>
    /// <exception cref="TimeoutException">It did not come within <paramref name="limit"/>.</exception>
    public async Task AdvanceAsync(long revision, TimeSpan limit)
    {
        // It may have been quiet for so long that the server ended its stay.
        Document.Wake();
        while (Document.Revision < revision)
        {
            Task arrival;
            Operation? next;
            lock (_lock)
                (arrival, next) = (_arrival.Task, _held.TryDequeue(out var held) ? held : null);
            if (next is not null)
                Document.Take(new ServerMessage.Operations(Document.Id, [next]));
            else
                await arrival.WaitAsync(limit);
            if (Volatile.Read(ref _failure) is { } failure)
                throw failure;
        }
    }

    /// <summary>From now on everything passes.</summary>
    public void Release()
    {
        Operation[] held;
        lock (_lock)
        {
            // What arrives meanwhile waits for the lock, and comes behind.
            _isReleased = true;
            held = [.. _held];
            _held.Clear();
            if (held.Length > 0)
                Document.Take(new ServerMessage.Operations(Document.Id, held));
        }
    }

    private void Take(ServerMessage message)
    {
        long first, last;
        lock (_lock)
        {
            first = _arrived + 1;
            if (_isReleased)
            {
                Document.Take(message);
                return;
            }

            if (message is ServerMessage.Operations operations)
            {
                foreach (var operation in operations.List.Where(operation => operation.Revision == _arrived + 1))
                {
                    _held.Enqueue(operation);
                    _arrived++;
                }
            }
            else if (message is ServerMessage.Joined)
            {
                // Another connection brings everything again from where the replica is.
                _held.Clear();
                _arrived = Document.Revision;
            }

            last = _arrived;
        }

        if (message is not ServerMessage.Operations)
            Document.Take(message);
        for (long revision = first; revision <= last; revision++)
            _arrives(revision);
        Arrive();
    }

    private void Note(DocumentEvent happened)
    {
        var failure = happened switch
        {
            DocumentEvent.EditRefused refused => new CollabException(refused.Refusal.Reason, refused.Refusal.Detail),
            DocumentEvent.Closed closed => new CollabException(closed.Reason, closed.Detail),
            _ => null,
        };
        if (failure is null)
            return;
        Volatile.Write(ref _failure, failure);
        Arrive();
    }

    private void Arrive()
    {
        TaskCompletionSource arrival;
        lock (_lock)
            (arrival, _arrival) = (_arrival, NewArrival());
        arrival.TrySetResult();
    }

    private static TaskCompletionSource NewArrival() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
