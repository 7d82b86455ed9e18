using Collab.Contracts.Refusals;
using Collab.Web.Messages;
using Collab.Web.Security;

namespace Collab.Web.Connections;

/// <summary>
/// Who is behind one connection: whom its handshake showed, and from then on whom each <c>authenticate</c> shows. Once somebody is known it stays the same somebody, with a newer credential. Whoever is known no longer, or
/// not in time, the connection hears of.
/// </summary>
internal sealed class ConnectionCaller : IDisposable
{
    // A client waits for the answer; more than a few at once is a client gone wrong.
    private const int WaitingLimit = 4;

    // Timers know no more than 49 days.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly Handshake? _handshake;
    private readonly CallerAuthentication _authentication;
    private readonly RevokedCredentials _revoked;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private ClientConnection? _connection;

    // None as long as there is nothing to wait for: who is anonymous, and may be, stays that.
    private ITimer? _timer;
    private Task _tail = Task.CompletedTask;
    private Caller? _caller;
    private DateTimeOffset _unknownSince;
    private int _waiting;
    private bool _isTaken;
    private bool _isDisposed;

    /// <param name="timeout">How long nobody may be known.</param>
    public ConnectionCaller(Handshake? handshake, CallerAuthentication authentication, RevokedCredentials revoked, TimeSpan timeout, TimeProvider time)
    {
        (_handshake, _authentication, _revoked, _timeout, _time) = (handshake, authentication, revoked, timeout, time);
        _caller = handshake?.Caller;
        _unknownSince = time.GetUtcNow();
    }

    /// <summary>The connection that it is about: it gets the answers, and hears when nobody is known any more.</summary>
    public void Attach(ClientConnection connection)
    {
        _connection = connection;
        Judge();
    }

    /// <summary>Whose the connection is, or was; null for an anonymous caller, and while nobody has been known.</summary>
    public string? Subject
    {
        get
        {
            lock (_gate)
                return _caller?.Subject;
        }
    }

    /// <summary>Who it is; null while nobody is known, and when the credential has expired or was revoked.</summary>
    public Caller? Current
    {
        get
        {
            lock (_gate)
                return IsKnown() ? _caller : null;
        }
    }

    /// <summary>Whether nobody is known, and no credential is being looked at that could change that.</summary>
    public bool IsUnknown
    {
        get
        {
            lock (_gate)
                return !IsKnown() && _waiting == 0;
        }
    }

    /// <summary>The refusal of whoever is not known.</summary>
    public static Refusal Unknown { get; } = new(RefusalReason.Unauthenticated, "Nobody is known behind this connection: send authenticate with an access token first.");

    /// <summary>Looks at <paramref name="token"/> after those that came before, and answers. Does not hold up the connection's other messages.</summary>
    public void Authenticate(string token)
    {
        lock (_gate)
        {
            if (_waiting < WaitingLimit)
            {
                _waiting++;
                _tail = AuthenticateAsync(_tail, token);
                return;
            }
        }

        Refuse(new Refusal(RefusalReason.Overloaded, $"{WaitingLimit} messages authenticate are under way on this connection, the limit; wait for an answer."));
    }

    /// <summary>Who it is once everything is looked at that has come so far; from then on the connection is theirs.</summary>
    public async Task<Caller?> TakeAsync()
    {
        Task settled;
        lock (_gate)
            settled = _tail;
        await settled;
        lock (_gate)
        {
            if (!IsKnown())
                return null;
            _isTaken = true;
            return _caller;
        }
    }

    /// <summary>Finds out whether the credential still holds, and waits for what is next: that it expires, or that nobody says who they are in time.</summary>
    public void Judge()
    {
        bool hasExpired = false, isRevoked = false, isTimedOut = false;
        lock (_gate)
        {
            if (_isDisposed)
                return;
            var now = _time.GetUtcNow();
            if (IsKnown())
            {
                _unknownSince = DateTimeOffset.MaxValue;
                if (_caller!.ExpiresAt is { } end)
                    Wait(end - now);
            }
            else
            {
                hasExpired = _unknownSince == DateTimeOffset.MaxValue;
                isRevoked = hasExpired && _revoked.IsRevoked(_caller!);
                if (hasExpired)
                    _unknownSince = now;
                isTimedOut = _isDisposed = now - _unknownSince >= _timeout;
                if (!isTimedOut)
                    Wait(_unknownSince + _timeout - now);
            }
        }

        if (isRevoked)
            _connection!.Revoke();
        else if (hasExpired)
            _connection!.Expire();
        if (isTimedOut)
            _connection!.TimeOut(_timeout);
    }

    public void Dispose()
    {
        lock (_gate)
            _isDisposed = true;
        _timer?.Dispose();
    }

    private bool IsKnown() => _caller is { } caller && !(caller.ExpiresAt <= _time.GetUtcNow()) && !_revoked.IsRevoked(caller);

    private async Task AuthenticateAsync(Task before, string token)
    {
        // Off the caller's hands: the hub is waiting for it to return.
        await Task.Yield();
        await before;
        Identification identification;
        try
        {
            identification = await _authentication.IdentifyAsync(token, _handshake);
        }
        catch (Exception failure)
        {
            identification = new Identification(null, GrainFailures.Refuse(failure));
        }

        var refusal = identification.Refusal;
        lock (_gate)
        {
            _waiting--;
            if (identification.Caller is { } caller && (refusal = Mismatch(caller) ?? Count(caller)) is null)
                _caller = caller;
            // As at the handshake, what is shown and not good is not taken for nothing shown: what was sent right behind it is not done as somebody anonymous.
            else if (refusal?.Reason == RefusalReason.Unauthenticated && _caller is { Subject: null } && !_isTaken)
                (_caller, _unknownSince) = (null, _time.GetUtcNow());
        }

        if (refusal is not null)
        {
            Refuse(refusal);
            Judge();
            return;
        }

        Judge();
        _connection!.Outbox.Post(ServerMessages.Authenticated(identification.Caller!));
        // The newer credential may say otherwise what they may do.
        _connection.AskRoles();
    }

    /// <summary>What is wrong with <paramref name="caller"/> on a connection that may be somebody else's.</summary>
    private Refusal? Mismatch(Caller caller) => _caller is null || _caller.Subject == caller.Subject || (_caller.Subject is null && !_isTaken)
        ? null
        : new Refusal(RefusalReason.Forbidden, "The connection is somebody else's; another subject needs a connection of its own.");

    /// <summary>Counts the connection for its user from now on.</summary>
    private Refusal? Count(Caller caller) => caller.Subject is { } subject ? _handshake?.Pass?.TryIdentify(subject) : null;

    /// <summary>Judges again after <paramref name="wait"/>. Under the lock.</summary>
    private void Wait(TimeSpan wait)
    {
        _timer ??= _time.CreateTimer(_ => Judge(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        // A little longer: a timer may be early.
        _timer.Change(wait < LongestWait ? wait + TimeSpan.FromMilliseconds(1) : LongestWait, Timeout.InfiniteTimeSpan);
    }

    private void Refuse(Refusal refusal) => _connection!.Outbox.Post(ServerMessages.Refused(null, "authenticate", null, refusal));
}
