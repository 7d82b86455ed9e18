using Collab.Contracts;
using Collab.Contracts.Presence;
using Collab.Observability;
using Collab.Web.Connections;
using Collab.Web.Messages;

namespace Collab.Web.Delivery;

/// <summary>
/// Everything that is said to one connection, in one order, bounded. Whoever posts into an empty outbox writes at once and
/// goes on; what comes while a write waits for the network is gathered into the next one. No thread and no timer of its own.
/// </summary>
/// <remarks>
/// A slow reader costs at most <see cref="DeliveryOptions.OutboxBytesLimit"/>: above, its queued operations are dropped (the log
/// has them), and when the rest is through, each of its stays is brought up by reading from the last revision written.
/// Callers may hold a feed's lock; nothing is called back while the outbox's own is held.
/// </remarks>
internal sealed class Outbox(IClientTransport transport, DeliveryOptions options)
{
    // One write: enough to fill a few packets, little enough that what is dropped on an overflow has not been copied to the transport already.
    private const int BurstBytes = 64 << 10;

    private readonly Lock _gate = new();
    private readonly List<OutboxEntry> _queue = [];
    private readonly OutboxBurst _burst = new();
    private List<Stay>? _behind;
    private TaskCompletionSource? _drained;
    private long _bytesQueued;
    private bool _isDraining;
    private bool _isClosed;

    /// <summary>Queues a message that must not be lost: an answer. A connection that does not even take those is aborted.</summary>
    public void Post(ServerMessage message)
    {
        bool isStuck;
        lock (_gate)
        {
            if (_isClosed)
                return;
            isStuck = !MakeRoom(message.Bytes);
            if (!isStuck)
                Enqueue(new OutboxEntry(message, message.Bytes));
        }

        Finish(isStuck, message);
    }

    /// <summary>Says that the connection lives, unless something is on its way that says so.</summary>
    public void Ping()
    {
        lock (_gate)
        {
            if (_isClosed || _isDraining)
                return;
            Enqueue(new OutboxEntry(ServerMessages.Ping, ServerMessages.Ping.Bytes));
        }

        Drain();
    }

    /// <summary>Queues <c>joined</c>, and behind it the presence that came since the stay was attached. Operations follow by <see cref="PostRead"/>.</summary>
    /// <param name="position">The revision that the client has now.</param>
    /// <returns>The turn to read for.</returns>
    public int Open(Stay stay, ServerMessage joined, Revision position)
    {
        bool isStuck;
        int turn;
        lock (_gate)
        {
            turn = ++stay.Position.Turn;
            if (_isClosed || stay.Position.State == StreamState.Left)
                return turn;
            isStuck = !MakeRoom(joined.Bytes);
            if (!isStuck)
            {
                Enqueue(new OutboxEntry(joined, joined.Bytes));
                if (stay.Position.HeldPresence is { IsEmpty: false } held)
                    Enqueue(new OutboxEntry(null, held.Bytes, stay, Presence: held));
                stay.Position.HeldPresence = null;
                SetState(stay, StreamState.CatchingUp);
                stay.Position.Queued = stay.Position.Sent = position;
            }
        }

        Finish(isStuck, joined);
        return turn;
    }

    /// <summary>Queues what was pushed, for a stay that is live. Never waits, never fails: a stay that can't take it is brought up later.</summary>
    /// <returns>Whether it was queued.</returns>
    public bool Deliver(Stay stay, FeedSegment segment)
    {
        bool isQueued;
        lock (_gate)
        {
            var position = stay.Position;
            if (position.State != StreamState.Live || _isClosed || segment.Last <= position.Queued)
                return false;
            if (segment.First <= position.Queued)
                segment = segment.After(position.Queued);
            isQueued = segment.First == position.Queued.Next && Fits(segment.Message.Bytes);
            if (isQueued)
            {
                Enqueue(new OutboxEntry(segment.Message, segment.Message.Bytes, stay, segment.Last));
                position.Queued = segment.Last;
            }
            else
            {
                LimitMetrics.Reached(Limit.OutboxBytes);
                DropOperations();
                FallBehind(stay);
            }
        }

        Drain();
        return isQueued;
    }

    /// <summary>Queues what was read for a stay that is catching up, unless its stream has been set elsewhere meanwhile.</summary>
    public bool PostRead(Stay stay, int turn, FeedSegment segment)
    {
        lock (_gate)
        {
            if (_isClosed || stay.Position.Turn != turn || segment.First != stay.Position.Queued.Next)
                return false;
            Enqueue(new OutboxEntry(segment.Message, segment.Message.Bytes, stay, segment.Last));
            stay.Position.Queued = segment.Last;
        }

        Drain();
        return true;
    }

    /// <summary>Queues presence. Where some waits already for this stay, the two become one message in which the latest of each session counts.</summary>
    public bool PostPresence(Stay stay, ServerMessage message, PresenceBatch batch)
    {
        bool isStuck = false;
        lock (_gate)
        {
            if (_isClosed || stay.Position.State is StreamState.Left)
                return false;
            if (stay.Position.HeldPresence is { } held)
            {
                held.Add(batch);
                return false;
            }

            int waiting = _queue.Count == 0 ? -1 : _queue.FindIndex(entry => entry.Stay == stay && entry.Presence is not null);
            if (waiting >= 0)
            {
                var changes = _queue[waiting].Presence!;
                changes.Add(batch);
                _bytesQueued += changes.Bytes - _queue[waiting].Bytes;
                _queue[waiting] = new OutboxEntry(null, changes.Bytes, stay, Presence: changes);
                isStuck = !MakeRoom(0);
            }
            else if (_isDraining)
            {
                // It will wait, so what comes behind it will be merged into it.
                var changes = new PresenceChanges();
                changes.Add(batch);
                isStuck = !MakeRoom(changes.Bytes);
                if (!isStuck)
                    Enqueue(new OutboxEntry(null, changes.Bytes, stay, Presence: changes));
            }
            else
            {
                Enqueue(new OutboxEntry(message, message.Bytes, stay));
            }
        }

        if (isStuck)
            Abort();
        else
            Drain();
        return !isStuck;
    }

    /// <summary>Sets a stream to another place, from which it will be read; what was queued of it is dropped.</summary>
    /// <returns>The turn to read for.</returns>
    public int Rewind(Stay stay, Revision position)
    {
        lock (_gate)
        {
            if (stay.Position.State == StreamState.Left)
                return stay.Position.Turn;
            Remove(entry => entry.IsOperations && entry.Stay == stay);
            SetState(stay, StreamState.CatchingUp);
            stay.Position.Queued = stay.Position.Sent = position;
            return ++stay.Position.Turn;
        }
    }

    /// <summary>Stops a live stream where it stands, to be brought up from there.</summary>
    /// <returns>The turn to read for, or null if it was not live.</returns>
    public int? Interrupt(Stay stay)
    {
        lock (_gate)
        {
            if (stay.Position.State != StreamState.Live)
                return null;
            SetState(stay, StreamState.CatchingUp);
            return ++stay.Position.Turn;
        }
    }

    /// <summary>Where the stream of a stay stands that is being brought up, unless it was set elsewhere since <paramref name="turn"/>.</summary>
    public bool TryGetPosition(Stay stay, int turn, out Revision queued)
    {
        lock (_gate)
        {
            queued = stay.Position.Queued;
            return !_isClosed && stay.Position.Turn == turn && stay.Position.State is StreamState.CatchingUp or StreamState.Slow;
        }
    }

    /// <summary>From now on the stay gets what is pushed. To be called under the feed's lock, with everything up to now posted right behind it.</summary>
    public void GoLive(Stay stay)
    {
        lock (_gate)
        {
            if (stay.Position.State == StreamState.Slow)
                DeliveryMetrics.Resynced.Inc();
            if (stay.Position.State != StreamState.Left)
                SetState(stay, StreamState.Live);
        }
    }

    /// <summary>The stay can't be brought up: <paramref name="refusal"/> tells the client to join again, and nothing more is delivered to it until then.</summary>
    /// <param name="turn">Nothing is done if its stream was set elsewhere since; null: wherever it stands.</param>
    public void Lose(Stay stay, ServerMessage refusal, int? turn = null)
    {
        lock (_gate)
        {
            if (_isClosed || (turn is { } then && stay.Position.Turn != then) || stay.Position.State is StreamState.Left or StreamState.Lost)
                return;
            if (stay.Position.State == StreamState.Slow)
                DeliveryMetrics.Resynced.Inc();
            stay.Position.Turn++;
            SetState(stay, StreamState.Lost);
        }

        Post(refusal);
    }

    public bool IsSlow(Stay stay)
    {
        lock (_gate)
            return stay.Position.State == StreamState.Slow;
    }

    /// <summary>Ends a stream: what is queued of it is dropped.</summary>
    public void Leave(Stay stay)
    {
        lock (_gate)
        {
            Remove(entry => entry.Stay == stay);
            stay.Position.Turn++;
            stay.Position.HeldPresence = null;
            if (stay.Position.State != StreamState.Left)
                SetState(stay, StreamState.Left);
        }
    }

    /// <summary>Completes when everything that is queued now has been written, or the connection is gone.</summary>
    public Task WhenDrained()
    {
        lock (_gate)
        {
            return _isDraining
                ? (_drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task
                : Task.CompletedTask;
        }
    }

    /// <summary>The connection is gone.</summary>
    public void Close()
    {
        TaskCompletionSource? drained;
        lock (_gate)
        {
            _isClosed = true;
            _queue.Clear();
            _bytesQueued = 0;
            _behind = null;
            drained = _drained;
            _drained = null;
        }

        drained?.TrySetResult();
    }

    private static void SetState(Stay stay, StreamState state)
    {
        ConnectionMetrics.StateChanged(stay.Position.State, state);
        stay.Position.State = state;
    }

    private bool Fits(int bytes) => _queue.Count == 0 || _bytesQueued + bytes <= options.OutboxBytesLimit;

    /// <returns>False if there is none although all operations were dropped: the reader takes nothing at all.</returns>
    private bool MakeRoom(int bytes)
    {
        if (Fits(bytes))
            return true;
        LimitMetrics.Reached(Limit.OutboxBytes);
        DropOperations();
        return _queue.Count == 0 || _bytesQueued + bytes <= 2L * options.OutboxBytesLimit;
    }

    private void Enqueue(OutboxEntry entry)
    {
        _queue.Add(entry);
        _bytesQueued += entry.Bytes;
    }

    private void DropOperations()
    {
        foreach (var entry in _queue)
        {
            if (entry.IsOperations)
                FallBehind(entry.Stay!);
        }

        Remove(entry => entry.IsOperations);
    }

    private void FallBehind(Stay stay)
    {
        var position = stay.Position;
        if (position.State is StreamState.Left or StreamState.Lost)
            return;
        SetState(stay, StreamState.Slow);
        position.Turn++;
        position.Queued = position.Sent;
        _behind ??= [];
        if (!_behind.Contains(stay))
            _behind.Add(stay);
    }

    private void Remove(Predicate<OutboxEntry> which)
    {
        foreach (var entry in _queue)
        {
            if (which(entry))
                _bytesQueued -= entry.Bytes;
        }

        _queue.RemoveAll(which);
    }

    private void Finish(bool isStuck, ServerMessage message)
    {
        if (isStuck)
        {
            Abort();
            return;
        }

        DeliveryMetrics.Sent(message, 1);
        Drain();
    }

    private void Abort()
    {
        DeliveryMetrics.Disconnected.Inc();
        Close();
        transport.Abort();
    }

    /// <summary>Writes until nothing is queued, or the transport makes it wait; then the write's completion goes on here.</summary>
    private void Drain()
    {
        for (bool isMine = false; ; isMine = true)
        {
            lock (_gate)
            {
                if (_isDraining && !isMine)
                    return;
                _isDraining = true;
                if (_queue.Count == 0)
                {
                    StopDraining();
                    return;
                }

                TakeBurst();
            }

            var write = transport.SendAsync(_burst);
            if (!write.IsCompletedSuccessfully)
            {
                _ = DrainAfterAsync(write);
                return;
            }
        }
    }

    private async Task DrainAfterAsync(ValueTask write)
    {
        await write;
        lock (_gate)
            _isDraining = false;
        Drain();
    }

    private void TakeBurst()
    {
        _burst.Clear();
        int taken = 0;
        for (int bytes = 0; taken < _queue.Count && (taken == 0 || bytes + _queue[taken].Bytes <= BurstBytes); taken++)
        {
            var entry = _queue[taken];
            bytes += entry.Bytes;
            _bytesQueued -= entry.Bytes;
            if (entry is { Stay: { } stay, Last: { } last })
                stay.Position.Sent = last;
            _burst.Add(entry.Message ?? entry.Presence!.Encode(entry.Stay!.Document));
        }

        _queue.RemoveRange(0, taken);
    }

    private void StopDraining()
    {
        _burst.Clear();
        _isDraining = false;
        var drained = _drained;
        _drained = null;
        drained?.TrySetResult();
        if (_behind is not { } behind)
            return;
        _behind = null;
        // Not from here: the caller may hold the lock of another document's feed.
        foreach (var stay in behind)
            ThreadPool.UnsafeQueueUserWorkItem(static state => state.stay.BringUp(state.Turn), (stay, stay.Position.Turn), preferLocal: false);
    }
}
