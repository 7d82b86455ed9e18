using Collab.Contracts.Access;

namespace Collab.Web.Connections;

/// <summary>
/// What a stay may do, while who may do what changes around it. Each asking has a number, and an answer that comes after that of a later asking is of before: it is passed over.
/// </summary>
internal sealed class StayRole
{
    private readonly Lock _gate = new();
    private long _asked;
    private long _answered;
    private Role? _told;
    private volatile Role _current;

    /// <summary>None until it has been asked for.</summary>
    public Role Current => _current;

    /// <summary>Asks, and goes by the answer unless a later one is here already.</summary>
    public async Task AskAsync(Func<ValueTask<Role>> ask)
    {
        long number = Interlocked.Increment(ref _asked);
        var role = await ask();
        lock (_gate)
        {
            if (number < _answered)
                return;
            (_answered, _current) = (number, role);
        }
    }

    /// <summary>From now on it may do nothing, whatever is answered.</summary>
    public void End()
    {
        lock (_gate)
            (_answered, _current) = (long.MaxValue, Role.None);
    }

    /// <summary>The client has been told of <paramref name="role"/>, and is to be told of what it becomes.</summary>
    public void Begin(Role role)
    {
        lock (_gate)
            _told = role;
    }

    /// <summary>Tells the client if it has been told something else before; in the order of what it became.</summary>
    public void Tell(Action<Role> tell)
    {
        lock (_gate)
        {
            if (_told is null || _told == _current || _current == Role.None)
                return;
            _told = _current;
            tell(_current);
        }
    }
}
