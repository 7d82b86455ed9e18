using System.Text;

namespace Collab.Grains.Log.Sqlite;

/// <summary>Reads a stretch, one operation after the other, as <see cref="StretchWriter"/> wrote them.</summary>
/// <param name="first">The revision of its first operation.</param>
/// <param name="where">The file as people know it.</param>
internal sealed class StretchReader(DocumentId document, long first, ReadOnlyMemory<byte> operations, string where)
{
    private readonly List<(ReadOnlyMemory<byte> Name, SessionId Session)> _sessions = [];
    private readonly uint _begun = LogChecksum.Begin(document);
    private JournalReader _from = new(operations);
    private long _next = first;

    /// <summary>The operations after a revision, of which each is what was written.</summary>
    /// <exception cref="LogUnavailableException">Of one that is not (<see cref="LogFault.Corrupt"/>), when it is its turn.</exception>
    public IEnumerable<LogRecord> ReadAfter(long revision)
    {
        while (TryRead(out var record, out var checksum, out var session))
        {
            if (record.Revision <= revision)
                continue;
            LogChecksum.ThrowUnlessSame(record.Checksum(_begun), checksum, document, new Revision(record.Revision), where);
            yield return new(new Revision(record.Revision), session, record.Sequence, unchecked((ulong)record.SubmittedHash), record.Encoded);
        }
    }

    /// <summary>The newest operation of each session, as it is there; none when the stretch can't be read to its end.</summary>
    public IReadOnlyDictionary<SessionId, JournalRecord> Newest()
    {
        Dictionary<SessionId, JournalRecord> newest = [];
        try
        {
            while (TryRead(out var record, out _, out var session))
                newest[session] = record;
        }
        catch (LogUnavailableException damage) when (damage.Fault == LogFault.Corrupt)
        {
            // Whoever reads the document is told of it.
            newest.Clear();
        }

        return newest;
    }

    /// <summary>The next operation as it is there, which need not be what was written; nor need it have the checksum.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="LogUnavailableException">It can't be read (<see cref="LogFault.Corrupt"/>).</exception>
    public bool TryRead(out JournalRecord record, out uint checksum, out SessionId session)
    {
        (record, checksum, session) = (default, 0, default);
        if (_from.IsAtEnd)
            return false;
        try
        {
            var number = _from.Int();
            if (number == _sessions.Count)
            {
                var text = _from.Bytes();
                _sessions.Add((text, new SessionId(Encoding.UTF8.GetString(text.Span))));
            }

            (var name, session) = _sessions[number];
            record = new(_next, name, _from.Long(), _from.Long(), _from.Bytes());
            checksum = unchecked((uint)_from.Int());
            _next++;
            return true;
        }
        catch (ArgumentOutOfRangeException)
        {
            throw LogChecksum.Damaged(document, new Revision(_next), where, "its bytes make no sense");
        }
    }
}
