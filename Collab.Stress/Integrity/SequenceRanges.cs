namespace Collab.Stress.Integrity;

/// <summary>A set of one session's sequences, in as much memory as it has gaps: a session counts up, so nearly always one range.</summary>
internal sealed class SequenceRanges
{
    private readonly List<(long First, long Last)> _ranges = [];

    public long Count { get; private set; }

    /// <summary>Ascending, with at least one sequence missing between two of them.</summary>
    public IReadOnlyList<(long First, long Last)> Ranges => _ranges;

    /// <returns>False: it was there.</returns>
    public bool Add(long sequence)
    {
        int next = IndexAfter(sequence);
        if (next > 0 && sequence <= _ranges[next - 1].Last)
            return false;
        Count++;
        bool followsOne = next > 0 && _ranges[next - 1].Last + 1 == sequence;
        bool precedesOne = next < _ranges.Count && _ranges[next].First - 1 == sequence;
        if (followsOne && precedesOne)
        {
            _ranges[next - 1] = (_ranges[next - 1].First, _ranges[next].Last);
            _ranges.RemoveAt(next);
        }
        else if (followsOne)
        {
            _ranges[next - 1] = (_ranges[next - 1].First, sequence);
        }
        else if (precedesOne)
        {
            _ranges[next] = (sequence, _ranges[next].Last);
        }
        else
        {
            _ranges.Insert(next, (sequence, sequence));
        }

        return true;
    }

    public void AddRange(long first, long last)
    {
        if (_ranges.Count == 0 || first > _ranges[^1].Last + 1)
        {
            _ranges.Add((first, last));
            Count += last - first + 1;
            return;
        }

        for (long sequence = first; sequence <= last; sequence++)
            Add(sequence);
    }

    public bool Contains(long sequence) => IndexAfter(sequence) is var next && next > 0 && sequence <= _ranges[next - 1].Last;

    /// <summary>The sequences from <paramref name="first"/> to <paramref name="last"/> that are not in the set, as ranges, ascending.</summary>
    public IEnumerable<(long First, long Last)> Missing(long first, long last)
    {
        long next = first;
        foreach (var range in _ranges)
        {
            if (range.Last < next)
                continue;
            if (range.First > last)
                break;
            if (range.First > next)
                yield return (next, range.First - 1);
            next = range.Last + 1;
        }

        if (next <= last)
            yield return (next, last);
    }

    // Of the first range that begins behind the sequence.
    private int IndexAfter(long sequence)
    {
        int low = 0, high = _ranges.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_ranges[middle].First <= sequence)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
