using Collab.Client;
using Collab.Client.Documents;
using Collab.Client.Messages;

namespace Collab.Tests.EndToEnd;

/// <summary>A real client's document behind a slow last mile: what comes over its socket is held until the test lets it through, operation by operation.</summary>
internal sealed class HeldReplica
{
    private readonly Lock _lock = new();
    private readonly Queue<Operation> _held = [];
    private readonly CollabDocument _document;
    private long _arrived;
    private TaskCompletionSource _arrival = NewArrival();

    public HeldReplica(CollabDocument document)
    {
        _document = document;
        _arrived = document.Revision;
        document.Inbox = Take;
    }

    public CollabDocument Document => _document;

    /// <summary>Lets through what leads to a revision, and no more.</summary>
    public async Task AdvanceAsync(long revision)
    {
        while (_document.Revision < revision)
        {
            Task arrival;
            Operation? next;
            lock (_lock)
                (arrival, next) = (_arrival.Task, _held.TryDequeue(out var held) ? held : null);
            if (next is null)
                await WithinAsync(arrival, $"operation {_document.Revision + 1} arrived; {_arrived} was the last");
            else
                _document.Take(new ServerMessage.Operations(_document.Id, [next]));
        }
    }

    /// <summary>Waits until an operation has come over the socket, which it does when it is durable. The replica may not know of it yet.</summary>
    public async Task WhenArrivedAsync(long revision)
    {
        while (true)
        {
            Task arrival;
            lock (_lock)
            {
                if (_arrived >= revision)
                    return;
                arrival = _arrival.Task;
            }

            await WithinAsync(arrival, $"operation {revision} arrived; {_arrived} was the last");
        }
    }

    private void Take(ServerMessage message)
    {
        lock (_lock)
        {
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
                // A new connection brings everything again from where the replica is.
                _held.Clear();
                _arrived = _document.Revision;
            }
        }

        if (message is not ServerMessage.Operations)
            _document.Take(message);
        TaskCompletionSource arrival;
        lock (_lock)
            (arrival, _arrival) = (_arrival, NewArrival());
        arrival.TrySetResult();
    }

    private static async Task WithinAsync(Task arrival, string what)
    {
        try
        {
            await arrival.WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Within 60 s nothing came; expected that {what}");
        }
    }

    private static TaskCompletionSource NewArrival() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
