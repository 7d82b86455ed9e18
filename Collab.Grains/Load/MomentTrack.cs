namespace Collab.Grains.Load;

/// <summary>
/// One host's metrics over the last 15 minutes, in memory: each moment of the last minute, before that one every 10 s; at most <see cref="MomentsLimit"/>. With 150 series that is about 200 kB.
/// </summary>
internal sealed class MomentTrack
{
    public static readonly TimeSpan Length = TimeSpan.FromMinutes(15);

    /// <summary>Apart from each other, of the moments that are older than <see cref="Fine"/>.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(10);

    private const int MomentsLimit = 400;
    private static readonly TimeSpan Fine = TimeSpan.FromMinutes(1);

    private readonly List<Moment> _moments = [];

    /// <summary>The oldest first.</summary>
    public IReadOnlyList<Moment> Moments => _moments;

    /// <summary>Adds a moment; one that is not the newest is left out.</summary>
    public void Add(DateTimeOffset at, double[] values)
    {
        if (_moments.Count > 0 && at <= _moments[^1].At)
            return;
        _moments.Add(new Moment(at, values));
        Forget(at);
    }

    /// <summary>Gives up what is too old, and of what is old the moments between.</summary>
    public void Forget(DateTimeOffset now)
    {
        // One moment before the span stays: the rate of the first second needs it.
        int tooOld = 0;
        while (tooOld + 1 < _moments.Count && _moments[tooOld + 1].At <= now - Length)
            tooOld++;
        _moments.RemoveRange(0, Math.Max(tooOld, _moments.Count - MomentsLimit));
        int last = _moments.FindLastIndex(moment => moment.At < now - Fine);
        while (last >= 2 && _moments[last].At - _moments[last - 2].At <= Step)
        {
            _moments.RemoveAt(last - 1);
            last--;
        }
    }

    /// <param name="Values">By place in the host's series; shorter where a series was not there yet.</param>
    public readonly record struct Moment(DateTimeOffset At, double[] Values)
    {
        /// <summary>Of a counter: one that is not there yet stands at 0.</summary>
        public double this[int series] => series < Values.Length ? Values[series] : 0;
    }
}
