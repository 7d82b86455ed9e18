using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Collab.Tests.Operations;

namespace Collab.Benchmarks.Replay;

/// <summary>
/// One author in one document, speaking the protocol with as little work as possible, so that what is measured is the server. Closed loop:
/// its next edit leaves when the last one has come back. It keeps no text, only revision and length, which is all that a delta needs.
/// </summary>
internal sealed class ReplayClient(Uri server, string document, IReadOnlyList<Corpus.Transaction> edits, int firstEdit) : IDisposable
{
    private const byte RecordSeparator = 0x1E;

    private readonly ClientWebSocket _socket = new();
    private readonly ArrayBufferWriter<byte> _output = new(4096);
    private readonly long[] _sentAt = new long[1024];
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IReadOnlyDictionary<ulong, ReplayClient> _authors = null!;
    private byte[] _buffer = new byte[64 << 10];
    private int _edit = firstEdit;
    private long _revision;
    private int _length;
    private long _sequence;
    private volatile bool _isStopping;
    private volatile bool _isMeasuring;

    public Uri Server => server;

    /// <summary>The session's first 64 bits: enough to tell authors apart, and cheap to read out of a message.</summary>
    public ulong Session { get; private set; }

    public long Acknowledged { get; private set; }

    public long AcknowledgedInAll { get; private set; }

    public long Revision => _revision;

    public int Length => _length;

    /// <summary>Own edit sent until it came back.</summary>
    public Latencies Acknowledgement { get; } = new();

    /// <summary>Somebody else's edit, sent to the same host, until it arrived here.</summary>
    public Latencies Propagation { get; } = new();

    /// <summary>Somebody else's edit, sent to another host, until it arrived here.</summary>
    public Latencies PropagationAcross { get; } = new();

    /// <summary>Ends when the socket closes or the server says what a benchmark must not meet.</summary>
    public Task Receiving { get; private set; } = Task.CompletedTask;

    public async Task JoinAsync()
    {
        var address = new UriBuilder(new Uri(server, "/collab")) { Scheme = "ws" }.Uri;
        await _socket.ConnectAsync(address, CancellationToken.None);
        await _socket.SendAsync("{\"protocol\":\"json\",\"version\":1}\u001E"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        Receiving = Task.Run(ReceiveAsync);
        Write("join", writer =>
        {
            writer.WriteString("document", document);
            writer.WriteNumber("version", 1);
        });
        await SendAsync();
        await await Task.WhenAny(_joined.Task, Receiving).WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>Sends the first edit; from there each acknowledgement sends the next.</summary>
    public Task StartAsync(IReadOnlyDictionary<ulong, ReplayClient> authors)
    {
        _authors = authors;
        return SubmitNextAsync();
    }

    /// <summary>Says that it is there, between edits; not while any is on its way out.</summary>
    public Task PingAsync() => _socket.SendAsync("{\"type\":6}\u001E"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);

    public void Measure(bool isOn) => _isMeasuring = isOn;

    /// <summary>Completes when the last edit has come back.</summary>
    public async Task StopAsync()
    {
        _isStopping = true;
        await await Task.WhenAny(_idle.Task, Receiving).WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>Waits, unless a client fails first: then with its failure.</summary>
    public static async Task GoOnAsync(IEnumerable<ReplayClient> clients, TimeSpan time) =>
        await await Task.WhenAny(clients.Select(client => client.Receiving).Append(Task.Delay(time)));

    /// <summary>Speed counts only when nothing is missing: each acknowledged edit is one revision, and the text is as long as the authors think.</summary>
    public static async Task CheckAsync(HttpClient http, string document, ReplayClient[] authors)
    {
        var content = await http.GetFromJsonAsync<JsonElement>($"/api/documents/{document}/content");
        var (revision, length) = (content.GetProperty("revision").GetInt64(), content.GetProperty("content").GetString()!.Length);
        var acknowledged = authors.Sum(author => author.AcknowledgedInAll);
        if (revision != acknowledged)
            throw new InvalidOperationException($"{document} is at revision {revision}, but {acknowledged} operations were acknowledged.");
        if (authors.FirstOrDefault(author => author.Revision == revision) is { } newest && newest.Length != length)
            throw new InvalidOperationException($"{document} is {length} code units long, but an author at the same revision thinks {newest.Length}.");
    }

    public void Dispose() => _socket.Dispose();

    private async Task ReceiveAsync()
    {
        var filled = 0;
        while (true)
        {
            if (filled == _buffer.Length)
                Array.Resize(ref _buffer, 2 * filled);
            var received = await _socket.ReceiveAsync(_buffer.AsMemory(filled), CancellationToken.None);
            if (received.MessageType == WebSocketMessageType.Close)
                throw new InvalidOperationException($"The server closed the connection: {_socket.CloseStatusDescription}.");
            filled += received.Count;
            var start = 0;
            for (int end; (end = _buffer.AsSpan(start, filled - start).IndexOf(RecordSeparator)) >= 0; start += end + 1)
            {
                if (Take(_buffer.AsSpan(start, end)))
                    await SubmitNextAsync();
            }

            _buffer.AsSpan(start, filled - start).CopyTo(_buffer);
            filled -= start;
        }
    }

    /// <returns>Whether the outstanding edit came back with it.</returns>
    private bool Take(ReadOnlySpan<byte> message)
    {
        var reader = new Utf8JsonReader(message);
        var target = "";
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("target"u8))
            {
                reader.Read();
                target = reader.ValueTextEquals("operations"u8) ? "operations" : reader.GetString()!;
            }
            else if (reader.ValueTextEquals("arguments"u8))
            {
                reader.Read();
                reader.Read();
                return TakeArgument(target, message, ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        // Pings have no arguments, and neither has the goodbye.
        return message.IndexOf("\"type\":7"u8) < 0
            ? false
            : throw new InvalidOperationException($"The server says goodbye: {Encoding.UTF8.GetString(message)}");
    }

    private bool TakeArgument(string target, ReadOnlySpan<byte> message, ref Utf8JsonReader reader)
    {
        switch (target)
        {
            case "operations":
                return TakeOperations(ref reader);
            case "joined":
                using (var joined = JsonDocument.ParseValue(ref reader))
                {
                    var root = joined.RootElement;
                    Session = Convert.ToUInt64(root.GetProperty("session").GetString()![..16], 16);
                    var snapshot = root.GetProperty("snapshot");
                    _revision = snapshot.GetProperty("revision").GetInt64();
                    _length = snapshot.GetProperty("content").GetString()!.Length;
                }

                _joined.TrySetResult();
                return false;
            case "presence":
                return false;
            default:
                throw new InvalidOperationException($"A benchmark expects no such message: {Encoding.UTF8.GetString(message)}");
        }
    }

    private bool TakeOperations(ref Utf8JsonReader reader)
    {
        var isOwnBack = false;
        var revision = 0L;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("revision"u8))
            {
                reader.Read();
                revision = reader.GetInt64();
                if (revision > _revision + 1)
                    throw new InvalidOperationException($"Document {document}: operation {revision} came after {_revision}.");
            }
            else if (reader.ValueTextEquals("operations"u8))
            {
                reader.Read();
                while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                    isOwnBack |= TakeOperation(ref reader, revision++);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return isOwnBack;
    }

    private bool TakeOperation(ref Utf8JsonReader reader, long revision)
    {
        var (session, sequence, grown) = (0UL, 0L, 0);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("session"u8))
            {
                reader.Read();
                if (!Utf8Parser.TryParse(reader.ValueSpan[..16], out session, out _, 'x'))
                    throw new InvalidOperationException($"Document {document}: {reader.GetString()} is none of the sessions that this benchmark opened.");
            }
            else if (reader.ValueTextEquals("sequence"u8))
            {
                reader.Read();
                sequence = reader.GetInt64();
            }
            else if (reader.ValueTextEquals("delta"u8))
            {
                reader.Read();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    grown += reader.TokenType == JsonTokenType.String ? reader.GetString()!.Length : Math.Min(0, reader.GetInt32());
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if (revision <= _revision)
            return false;
        _revision = revision;
        _length += grown;
        return Observe(session, sequence);
    }

    private bool Observe(ulong session, long sequence)
    {
        var isOwn = session == Session;
        if (isOwn)
            AcknowledgedInAll++;
        if (_isMeasuring && _authors.TryGetValue(session, out var author))
        {
            (isOwn ? Acknowledgement : author.Server == Server ? Propagation : PropagationAcross).Add(Volatile.Read(ref author._sentAt[sequence & 1023]));
            if (isOwn)
                Acknowledged++;
        }

        return isOwn && sequence == _sequence;
    }

    private async Task SubmitNextAsync()
    {
        if (_isStopping)
        {
            _idle.TrySetResult();
            return;
        }

        _sequence++;
        Write("submit", writer =>
        {
            writer.WriteString("document", document);
            writer.WriteNumber("sequence", _sequence);
            writer.WriteNumber("base", _revision);
            WriteDelta(writer);
        });
        Volatile.Write(ref _sentAt[_sequence & 1023], Stopwatch.GetTimestamp());
        await SendAsync();
    }

    /// <summary>The trace's next edit, at its place or, where this document is shorter, at the end.</summary>
    private void WriteDelta(Utf8JsonWriter writer)
    {
        var (position, deleted, inserted) = edits[_edit++ % edits.Count].Patches[0];
        position = Math.Min(position, _length);
        deleted = Math.Min(deleted, _length - position);
        writer.WriteStartArray("delta");
        if (position > 0)
            writer.WriteNumberValue(position);
        if (inserted.Length > 0)
            writer.WriteStringValue(inserted);
        if (deleted > 0)
            writer.WriteNumberValue(-deleted);
        if (_length - position - deleted > 0)
            writer.WriteNumberValue(_length - position - deleted);
        writer.WriteEndArray();
    }

    private void Write(string target, Action<Utf8JsonWriter> members)
    {
        _output.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_output))
        {
            writer.WriteStartObject();
            writer.WriteNumber("type", 1);
            writer.WriteString("target", target);
            writer.WriteStartArray("arguments");
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        _output.Write([RecordSeparator]);
    }

    private ValueTask SendAsync() => _socket.SendAsync(_output.WrittenMemory, WebSocketMessageType.Text, true, CancellationToken.None);
}
