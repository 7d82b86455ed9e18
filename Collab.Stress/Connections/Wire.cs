using System.Net.Sockets;
using Collab.Stress.Reporting;

namespace Collab.Stress.Connections;

/// <summary>What lies between one client and the server: all that goes over it is counted, and it can be cut, slowed and stopped. What is said of a wire holds for its next connections, too.</summary>
internal sealed class Wire : IDisposable
{
    // A network that is slow holds little itself; on one machine, the system would take megabytes for a client that does not read.
    private const int SlowBufferBytes = 32 << 10;

    private readonly Recorder _recorder;
    private readonly Lock _lock = new();
    private readonly HashSet<WireStream> _streams = [];
    private TaskCompletionSource? _stopped;
    private int _readBytesPerSecond;

    public Wire(Recorder recorder)
    {
        _recorder = recorder;
        Handler = new SocketsHttpHandler { ConnectCallback = ConnectAsync };
    }

    /// <summary>Connects through this wire.</summary>
    public SocketsHttpHandler Handler { get; }

    /// <summary>Whether the system reads little ahead. To be said before it connects.</summary>
    public bool IsNarrow { get; init; }

    /// <summary>Ends what is connected now without a word, as a network does that is gone.</summary>
    public void Cut()
    {
        WireStream[] streams;
        lock (_lock)
            streams = [.. _streams];
        foreach (var stream in streams)
            stream.Cut();
    }

    /// <summary>Nothing is read any more, until <see cref="Flow"/>.</summary>
    public void Stop()
    {
        lock (_lock)
            _stopped ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Reads no faster than that, until <see cref="Flow"/>.</summary>
    public void Slow(int readBytesPerSecond) => _readBytesPerSecond = readBytesPerSecond;

    /// <summary>Reads as fast as it comes, again.</summary>
    public void Flow()
    {
        _readBytesPerSecond = 0;
        lock (_lock)
        {
            _stopped?.TrySetResult();
            _stopped = null;
        }
    }

    public void Dispose() => Handler.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (IsNarrow)
                socket.ReceiveBufferSize = SlowBufferBytes;
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            var stream = new WireStream(socket, this);
            lock (_lock)
                _streams.Add(stream);
            return stream;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private Task WhenFlowing
    {
        get
        {
            lock (_lock)
                return _stopped?.Task ?? Task.CompletedTask;
        }
    }

    private void Remove(WireStream stream)
    {
        lock (_lock)
            _streams.Remove(stream);
    }

    private sealed class WireStream(Socket socket, Wire wire) : NetworkStream(socket, ownsSocket: true)
    {
        public void Cut()
        {
            // A reset, not an end: the server has not been told anything.
            Socket.LingerState = new LingerOption(true, 0);
            Dispose();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await wire.WhenFlowing.WaitAsync(cancellationToken);
            int rate = wire._readBytesPerSecond;
            if (rate > 0 && buffer.Length > 0)
            {
                // Ten pieces a second.
                buffer = buffer[..Math.Min(buffer.Length, Math.Max(1, rate / 10))];
                await Task.Delay(TimeSpan.FromSeconds((double)buffer.Length / rate), cancellationToken);
            }

            int read = await base.ReadAsync(buffer, cancellationToken);
            wire._recorder.Bytes(0, read);
            return read;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await base.WriteAsync(buffer, cancellationToken);
            wire._recorder.Bytes(buffer.Length, 0);
        }

        protected override void Dispose(bool disposing)
        {
            wire.Remove(this);
            base.Dispose(disposing);
        }
    }
}
