namespace Collab.Client;

/// <summary>
/// How far the server's clock is ahead of this one's. An answer that took <c>rtt</c> was written somewhere between the two ends, taken to be the middle: so it is wrong by half of <c>rtt</c> at most, and the quickest of
/// the last few answers says it best (as NTP's clock filter does).
/// </summary>
internal sealed class ServerClock
{
    private const int MeasurementsLimit = 8;

    private readonly Queue<(double RoundTrip, double Offset)> _measurements = [];

    /// <summary>Milliseconds to add to this clock; null before the first measurement.</summary>
    public double? Offset => _measurements.Count == 0 ? null : _measurements.MinBy(measurement => measurement.RoundTrip).Offset;

    /// <param name="sent">When the question was sent, by this clock, in milliseconds.</param>
    /// <param name="at">When it was answered, by the server's.</param>
    /// <param name="now">When the answer came, by this clock.</param>
    public void Measure(double sent, double at, double now)
    {
        double roundTrip = now - sent;
        if (_measurements.Count == MeasurementsLimit)
            _measurements.Dequeue();
        _measurements.Enqueue((roundTrip, at - (sent + (roundTrip / 2))));
    }
}
