using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Collab.Tests.Hostile;

/// <summary>What a server has said: HTTP as it is, and of a WebSocket what is within the frames, one after the other. A message may be cut into frames anywhere.</summary>
internal sealed class HeardBytes
{
    // What is beyond is not kept: a snapshot, or thousands of refusals.
    private const int Limit = 4 << 20;

    private readonly Lock _lock = new();
    private readonly MemoryStream _text = new();
    private readonly List<byte> _unread = [];
    private bool _isHead = true;
    private bool _isFramed;
    private long _payload;

    public long Length
    {
        get
        {
            lock (_lock)
                return _text.Length;
        }
    }

    public override string ToString()
    {
        lock (_lock)
            return Encoding.UTF8.GetString(_text.GetBuffer(), 0, (int)_text.Length);
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            _unread.AddRange(bytes);
            while (Take())
            {
            }
        }
    }

    private bool Take()
    {
        if (_isHead)
            return TakeHead();
        if (!_isFramed || _payload > 0)
            return TakeText();
        return TakeHeader();
    }

    private bool TakeHead()
    {
        int end = CollectionsMarshal.AsSpan(_unread).IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return false;
        _isHead = false;
        string head = Keep(end + 4);
        _isFramed = head.StartsWith("HTTP/1.1 101", StringComparison.Ordinal);
        return true;
    }

    private bool TakeText()
    {
        int count = _isFramed ? (int)Math.Min(_payload, _unread.Count) : _unread.Count;
        if (count == 0)
            return false;
        _payload -= _isFramed ? count : 0;
        Keep(count);
        return true;
    }

    private bool TakeHeader()
    {
        if (_unread.Count < 2)
            return false;
        int size = _unread[1] switch { 126 => 4, 127 => 10, _ => 2 };
        if (_unread.Count < size)
            return false;
        var header = CollectionsMarshal.AsSpan(_unread)[..size];
        _payload = size switch { 4 => BinaryPrimitives.ReadUInt16BigEndian(header[2..]), 10 => BinaryPrimitives.ReadInt64BigEndian(header[2..]), _ => header[1] };
        _unread.RemoveRange(0, size);
        return true;
    }

    private string Keep(int count)
    {
        var bytes = CollectionsMarshal.AsSpan(_unread)[..count];
        string kept = _isFramed ? "" : Encoding.Latin1.GetString(bytes);
        if (_text.Length < Limit)
            _text.Write(bytes);
        _unread.RemoveRange(0, count);
        return kept;
    }
}
