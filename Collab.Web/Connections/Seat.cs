namespace Collab.Web.Connections;

/// <summary>
/// The place that one document has on one connection. Joining and leaving take turns on it, one after the other in the order
/// they came, without holding up the connection's other messages.
/// </summary>
internal sealed class Seat
{
    // A client waits for the answer to its join; more than a few at once is a client gone wrong.
    private const int WaitingLimit = 8;

    private readonly Lock _gate = new();
    private Task _tail = Task.CompletedTask;
    private int _waiting;

    /// <summary>Who sits there; null before the first join is through and after leaving.</summary>
    public volatile Stay? Stay;

    /// <summary>Whether nothing waits behind the turn that asks.</summary>
    public bool IsLast
    {
        get
        {
            lock (_gate)
                return _waiting <= 1;
        }
    }

    /// <summary>Runs <paramref name="turn"/> after what is under way. It must not throw.</summary>
    /// <param name="always">However many wait.</param>
    /// <returns>False if too many wait already; then nothing is done.</returns>
    public bool TryRun(Func<Task> turn, bool always = false)
    {
        lock (_gate)
        {
            if (_waiting >= WaitingLimit && !always)
                return false;
            _waiting++;
            _tail = RunAsync(_tail, turn);
            return true;
        }
    }

    /// <summary>Completes when what waits now is through.</summary>
    public Task WhenDone()
    {
        lock (_gate)
            return _tail;
    }

    private async Task RunAsync(Task before, Func<Task> turn)
    {
        // Off the caller's hands: the hub is waiting for it to return.
        await Task.Yield();
        await before;
        await turn();
        lock (_gate)
            _waiting--;
    }
}
