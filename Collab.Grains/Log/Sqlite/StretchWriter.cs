namespace Collab.Grains.Log.Sqlite;

/// <summary>Gathers consecutive operations of one document into a stretch, which is one row of its table. Used for one stretch after the other.</summary>
/// <remarks>
/// Of each operation, as it lies there:
/// <code>
/// i32 session; if that is how many the stretch has named before: text name; i64 sequence, i64 hash of what was submitted, bytes encoded, u32 checksum (LogChecksum)
/// </code>
/// Numbers, texts and bytes as in the commit journal, see <see cref="JournalAppend"/>. The revision of the first one stands beside them in the row.
/// </remarks>
internal sealed class StretchWriter
{
    /// <summary>With so many bytes, a stretch is full: whoever looks for one of its operations reads as much.</summary>
    public const int Bytes = 16 * 1024;

    // One large operation does not take its room for ever.
    private const int KeptBytes = 4 * Bytes;
    private const int NumbersBytes = (5 * sizeof(int)) + (2 * sizeof(long));

    private readonly List<StretchSession> _sessions = [];
    private byte[] _operations = new byte[KeptBytes];
    private int _length;

    public bool IsEmpty => _length == 0;

    public bool IsFull => _length >= Bytes;

    /// <summary>The revision of the first operation; of the last one.</summary>
    public long First { get; private set; }

    public long Last { get; private set; }

    public ReadOnlySpan<byte> Operations => _operations.AsSpan(0, _length);

    /// <summary>Whoever wrote them, in the order of their first operations.</summary>
    public IReadOnlyList<StretchSession> Sessions => _sessions;

    /// <param name="record">Of the revision after the last one's, unless the stretch is empty.</param>
    /// <returns>False when its sequence is not above those that its session has in the stretch; then nothing was added.</returns>
    public bool TryAdd(in JournalRecord record, uint checksum)
    {
        Reserve(NumbersBytes + record.Session.Length + record.Encoded.Length);
        var to = new JournalWriter(_operations.AsSpan(_length));
        if (!TryAddSession(record, ref to))
            return false;
        to.Add(record.Sequence);
        to.Add(record.SubmittedHash);
        to.Add(record.Encoded.Span);
        to.Add(unchecked((int)checksum));
        if (IsEmpty)
            First = record.Revision;
        Last = record.Revision;
        _length = _operations.Length - to.Rest.Length;
        return true;
    }

    public void Clear()
    {
        _sessions.Clear();
        _length = 0;
        if (_operations.Length > KeptBytes)
            _operations = new byte[KeptBytes];
    }

    private bool TryAddSession(in JournalRecord record, ref JournalWriter to)
    {
        var number = 0;
        while (number < _sessions.Count && !_sessions[number].Name.Span.SequenceEqual(record.Session.Span))
            number++;
        to.Add(number);
        if (number == _sessions.Count)
        {
            to.Add(record.Session.Span);
            _sessions.Add(new(record.Session, record, record));
            return true;
        }

        if (record.Sequence <= _sessions[number].Newest.Sequence)
            return false;
        _sessions[number] = _sessions[number] with { Newest = record };
        return true;
    }

    private void Reserve(int bytes)
    {
        if (_operations.Length - _length < bytes)
            Array.Resize(ref _operations, Math.Max(_length + bytes, 2 * _operations.Length));
    }
}

/// <summary>A session's part of a stretch.</summary>
/// <param name="Name">UTF-8.</param>
internal readonly record struct StretchSession(ReadOnlyMemory<byte> Name, JournalRecord Oldest, JournalRecord Newest);
