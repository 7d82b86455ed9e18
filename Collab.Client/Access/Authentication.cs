using Collab.Client.Documents;

namespace Collab.Client.Access;

/// <summary>
/// The token of a connection: asked for before it is made, refreshed ahead of its end, asked for again when the server does not take it. Pure: it is told what happened and when; what follows is taken with
/// <see cref="TryTake"/>. Times are on a clock that only goes forward.
/// </summary>
/// <remarks>
/// It never loops. The first token that the server does not take is replaced at once; from then on there is a wait before each, a second at first and a minute in the end, and only one that held makes the waits short
/// again. A token that was refused is not sent a second time. Not safe for use by two threads at once.
/// </remarks>
/// <param name="hasSource">Whether there are tokens to be had. Without, the server sees whom the handshake shows.</param>
/// <param name="started">What the wall clock says at time 0: the end of a token is told on the server's, and until that is measured this one has to do.</param>
internal sealed class Authentication(bool hasSource, DateTimeOffset started, Random jitter)
{
    // Waits after a token that the server did not take, and after a source that failed.
    private static readonly TimeSpan BackoffFirst = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BackoffLimit = TimeSpan.FromMinutes(1);

    // A token that was good for this long counts as a success: when it ends, the next one is asked for at once.
    private static readonly TimeSpan StableAfter = TimeSpan.FromSeconds(5);

    // An `authenticate` that stays unanswered for this long gives the connection up.
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(15);

    // Part of its lifetime after which a token is refreshed; and the shortest time in which it is.
    private const double RefreshAfter = 0.8;
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(1);

    private readonly Queue<AuthenticationEffect> _effects = [];
    private readonly ServerClock _clock = new();
    private readonly Backoff _refusedBackoff = new(BackoffFirst, BackoffLimit, jitter);
    private readonly Backoff _failedBackoff = new(BackoffFirst, BackoffLimit, jitter);
    private string? _token;

    // As the server said of the token.
    private TimeSpan? _takenAt;
    private DateTimeOffset? _expiresAt;
    private string? _refused;

    // The newest refusal since a token was taken, and how many there were.
    private Refusal? _refusal;
    private int _refusals;
    private bool _isOpen;
    private bool _isAsking;
    private TimeSpan? _askAt;
    private TimeSpan? _sendAt;
    private TimeSpan? _answerBy;

    /// <summary>Null before the server has said.</summary>
    public Identity? Identity { get; private set; }

    public SignedOut? SignedOut { get; private set; }

    public bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out AuthenticationEffect? effect) => _effects.TryDequeue(out effect);

    /// <summary>The token that is good as far as is known; null if there is none.</summary>
    public string? Usable(TimeSpan now) => IsUsable(now) ? _token : null;

    /// <summary>A connection is to be made. <see cref="AuthenticationEffect.Connect"/> follows, now or when there is a token for it.</summary>
    public void Wanted(TimeSpan now)
    {
        if (hasSource ? IsUsable(now) && !(now >= RefreshAt) : SignedOut is null)
            _effects.Enqueue(AuthenticationEffect.Connect.Instance);
        else if (_askAt is null)
            Ask();
    }

    /// <summary>There is a connection. Its first message is the token.</summary>
    public void Opened(TimeSpan now)
    {
        _isOpen = true;
        if (_token is not null)
            Send(now);
    }

    public void Lost() => (_isOpen, _sendAt, _answerBy) = (false, null, null);

    /// <summary>The source gave a token.</summary>
    public void Obtained(string token, TimeSpan now)
    {
        _isAsking = false;
        if (token == _refused || (token == _token && _isOpen))
        {
            Failed(token == _refused ? "The token is the one that the server refused." : "The token is the one that there is.", now);
            return;
        }

        _failedBackoff.Reset();
        if (token != _token)
            (_takenAt, _expiresAt) = (null, null);
        _token = token;
        if (_isOpen)
            Send(now);
        else
            _effects.Enqueue(AuthenticationEffect.Connect.Instance);
    }

    /// <summary>The source failed, or gave what is of no use. A token that has not expired serves on.</summary>
    public void Failed(string detail, TimeSpan now)
    {
        _isAsking = false;
        _askAt = now + _failedBackoff.Next();
        if (!IsUsable(now))
            SignOut($"No token could be had. {detail}");
        else if (!_isOpen)
            _effects.Enqueue(AuthenticationEffect.Connect.Instance);
    }

    public void Authenticated(Identity identity, TimeSpan now)
    {
        (_answerBy, _sendAt, _askAt) = (null, null, null);
        (SignedOut, _refused, _refusal, _refusals) = (null, null, null, 0);
        (_takenAt, _expiresAt, Identity) = (now, identity.ExpiresAt, identity);
        _effects.Enqueue(new AuthenticationEffect.Authenticated(identity));
    }

    /// <summary>The server refused the token, or told a document that its own is not good any more.</summary>
    /// <param name="isAnswer">To <c>authenticate</c>.</param>
    public void Refused(Refusal refusal, bool isAnswer, TimeSpan now)
    {
        // What documents are told while a token is on its way, or looked for, is about the one before.
        if (!isAnswer && (hasSource ? _token is null || _answerBy is not null : SignedOut is not null))
            return;
        if (isAnswer)
            _answerBy = null;
        if (refusal.Action == RefusalAction.Retry)
            _sendAt = now + (refusal.RetryAfter ?? _refusedBackoff.Next());
        else if (refusal.Action == RefusalAction.Authenticate || refusal.Reason == "forbidden")
            Reject(refusal, now);

        // Anything else is a server from before there was such a verb. It wants no token.
    }

    public void Measured(double sent, long at, TimeSpan now) => _clock.Measure(sent, at, now.TotalMilliseconds);

    /// <summary>Asks now, whatever wait is left: somebody signed in again.</summary>
    public void Renew()
    {
        _isAsking = false;
        Ask();
    }

    public void TimePassed(TimeSpan now)
    {
        if (now >= _answerBy)
        {
            _answerBy = null;
            _effects.Enqueue(AuthenticationEffect.Reconnect.Instance);
        }

        if (_isOpen && now >= _sendAt && _token is not null)
            Send(now);
        if (now >= _askAt || (!_isAsking && now >= RefreshAt))
            Ask();
    }

    // Asked for again and in vain, `_askAt` says when: then the end of the token is not what counts.
    private TimeSpan? RefreshAt
    {
        get
        {
            if (!hasSource || _takenAt is not { } taken || _expiresAt is not { } end || _askAt is not null)
                return null;
            var wait = RefreshAfter * (end - ServerTime(taken));
            return taken + (wait > RefreshInterval ? wait : RefreshInterval);
        }
    }

    private DateTimeOffset ServerTime(TimeSpan now) =>
        _clock.Offset is { } offset ? DateTimeOffset.FromUnixTimeMilliseconds((long)(now.TotalMilliseconds + offset)) : started + now;

    private bool IsUsable(TimeSpan now) => _token is not null && !(ServerTime(now) >= _expiresAt);

    private void Ask()
    {
        _askAt = null;
        if (!hasSource)
        {
            // Another handshake is all that can be tried. It counts as signed in until the server says otherwise.
            SignedOut = null;
            _effects.Enqueue(_isOpen ? AuthenticationEffect.Reconnect.Instance : (AuthenticationEffect)AuthenticationEffect.Connect.Instance);
        }
        else if (!_isAsking)
        {
            _isAsking = true;
            _effects.Enqueue(AuthenticationEffect.Ask.Instance);
        }
    }

    private void Send(TimeSpan now)
    {
        (_sendAt, _answerBy) = (null, now + AnswerPatience);
        _effects.Enqueue(new AuthenticationEffect.Send(_token!));
    }

    private void Reject(Refusal refusal, TimeSpan now)
    {
        if (now - _takenAt >= StableAfter)
            _refusedBackoff.Reset();
        bool isFirst = _refusedBackoff.IsFresh;
        var wait = _refusedBackoff.Next();
        (_refused, _refusal) = (_token, refusal);
        (_token, _takenAt, _expiresAt) = (null, null, null);
        _askAt = now + (isFirst && hasSource ? TimeSpan.Zero : wait);
        if (++_refusals > 1 || !hasSource)
            SignOut(refusal.Detail);
    }

    private void SignOut(string detail)
    {
        SignedOut = new SignedOut(_refusal?.Reason, detail);
        _effects.Enqueue(new AuthenticationEffect.NobodyKnown(SignedOut));
    }
}
