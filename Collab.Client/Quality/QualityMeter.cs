using Collab.Client.Messages;

namespace Collab.Client.Quality;

/// <summary>How well the connection serves one session, from here. Pure: it is told the time. See "Quality" in <c>docs/protocol.md</c>.</summary>
internal sealed class QualityMeter
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FirstAfter = TimeSpan.FromSeconds(1);

    // A report that comes this much late, or an answer that takes this long: the device slept. What was counted meanwhile says nothing about the connection.
    private static readonly TimeSpan AsleepAfter = TimeSpan.FromSeconds(5);
    private const double AnswerLimit = 60_000;

    // The server's limits.
    private const double TimeLimit = 600_000;
    private const double UpdateRateLimit = 1_000_000;
    private const double BytesRateLimit = 1_000_000_000;

    private readonly ServerClock _clock = new();
    private TimeSpan? _due;
    private double? _sent;
    private double? _roundTrip;
    private double _jitter;

    // The window since the last report.
    private TimeSpan _since;
    private long _bytesBefore;
    private long _received;
    private double _delays;
    private long _delayed;
    private long _submitted;
    private long _resent;

    /// <summary>A stay begins.</summary>
    public void Start(TimeSpan now, long bytes)
    {
        Begin(now, bytes);
        (_due, _sent) = (now + FirstAfter, null);
    }

    public void Stop() => (_due, _sent) = (null, null);

    /// <summary>The server wants none before <paramref name="until"/>.</summary>
    public void Postpone(TimeSpan until)
    {
        if (_due < until)
            _due = until;
    }

    /// <summary>An operation of somebody, live: not one that was missed and is brought up.</summary>
    public void Received(DateTimeOffset at, bool isOwn, TimeSpan now)
    {
        _received++;
        if (isOwn || _clock.Offset is not { } offset)
            return;
        // The two clocks are known to half a round trip; a negative delay is that error.
        _delays += Math.Max(0, now.TotalMilliseconds + offset - at.ToUnixTimeMilliseconds());
        _delayed++;
    }

    public void Submitted(bool isAgain)
    {
        _submitted++;
        if (isAgain)
            _resent++;
    }

    /// <summary>The report to send now; null if none is due.</summary>
    public ClientMessage.Quality? Take(string document, TimeSpan now, long bytes)
    {
        if (!(now >= _due))
            return null;
        if (now - _due > AsleepAfter)
        {
            Start(now, bytes);
            return null;
        }

        double seconds = (now - _since).TotalSeconds;
        var report = new ClientMessage.Quality(document, now.TotalMilliseconds)
        {
            RoundTrip = _roundTrip is { } roundTrip ? Within(roundTrip, TimeLimit) : null,
            Jitter = _roundTrip is null ? null : Within(_jitter, TimeLimit),
            Propagation = _delayed == 0 ? null : Within(_delays / _delayed, TimeLimit),
            Resent = _submitted == 0 ? null : Within((double)_resent / _submitted, 1),
            UpdateRate = Within(_received / seconds, UpdateRateLimit),
            BytesRate = Within((bytes - _bytesBefore) / seconds, BytesRateLimit),
        };
        Begin(now, bytes);
        (_due, _sent) = (now + Interval, report.Sent);
        return report;
    }

    public void Measured(double sent, long at, TimeSpan now)
    {
        double roundTrip = now.TotalMilliseconds - sent;
        if (sent != _sent || roundTrip is < 0 or > AnswerLimit)
            return;
        _sent = null;
        // RFC 3550, 6.4.1: the mean deviation of the difference in transit, one sixteenth of the news at a time.
        if (_roundTrip is { } before)
            _jitter += (Math.Abs(roundTrip - before) - _jitter) / 16;
        _roundTrip = roundTrip;
        _clock.Measure(sent, at, now.TotalMilliseconds);
    }

    private void Begin(TimeSpan now, long bytes)
    {
        (_since, _bytesBefore) = (now, bytes);
        (_received, _delays, _delayed, _submitted, _resent) = (0, 0, 0, 0, 0);
    }

    private static double Within(double value, double limit) => Math.Round(Math.Clamp(value, 0, limit), 3);
}
