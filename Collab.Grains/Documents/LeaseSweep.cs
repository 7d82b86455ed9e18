namespace Collab.Grains.Documents;

/// <summary>
/// Finds the leases of sessions that are not open any more: of those whose grain was lost with its silo, or whose request died with its host, nobody says that they are over. Who has not been heard of for a while is asked for.
/// </summary>
/// <param name="age">How old a lease is before its session is asked for: as long as a session may wait for its connection.</param>
/// <param name="isOpen">Asks the session.</param>
/// <remarks>Used from the document's turns; where it waits they go on.</remarks>
internal sealed class LeaseSweep(TimeSpan age, Func<SessionId, Task<bool>> isOpen, TimeProvider clock)
{
    /// <summary>Often enough for tidiness. Where a place is wanted, it is looked for at once.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMinutes(5);

    // A full document is knocked at by many: they share one search in this time.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private const int AtOnce = 32;

    private readonly Dictionary<SessionId, long> _seenAt = [];
    private Task _sweeping = Task.CompletedTask;
    private long? _sweptAt;

    /// <summary>The session was admitted just now.</summary>
    public void See(SessionId session) => _seenAt[session] = clock.GetTimestamp();

    /// <summary>Asks for everybody who was not heard of for long, and dismisses who is not there; not again at once.</summary>
    /// <param name="leases">Who has one.</param>
    /// <param name="dismiss">Ends a lease, if the session has no newer one.</param>
    public Task RunAsync(IEnumerable<KeyValuePair<SessionId, long>> leases, Action<SessionId, long> dismiss)
    {
        if (!_sweeping.IsCompleted || (_sweptAt is { } before && clock.GetElapsedTime(before) < Pause))
            return _sweeping;
        _sweptAt = clock.GetTimestamp();
        return _sweeping = SweepAsync(leases.ToDictionary(), dismiss);
    }

    private async Task SweepAsync(Dictionary<SessionId, long> leases, Action<SessionId, long> dismiss)
    {
        foreach (var (session, _) in _seenAt)
        {
            if (!leases.ContainsKey(session))
                _seenAt.Remove(session);
        }

        var old = leases.Where(lease => !_seenAt.TryGetValue(lease.Key, out long seenAt) || clock.GetElapsedTime(seenAt) >= age).ToList();
        foreach (var some in old.Chunk(AtOnce))
        {
            bool[] open = await Task.WhenAll(some.Select(lease => IsOpenAsync(lease.Key)));
            foreach (var (lease, isThere) in some.Zip(open))
            {
                if (isThere)
                    See(lease.Key);
                else
                    dismiss(lease.Key, lease.Value);
            }
        }
    }

    private async Task<bool> IsOpenAsync(SessionId session)
    {
        try
        {
            return await isOpen(session);
        }
        catch (Exception)
        {
            // No answer is none: it is asked again the next time.
            return true;
        }
    }
}
