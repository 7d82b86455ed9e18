using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace Collab.Silo.Instruments;

/// <summary>Counts the bytes of an answer's body, by whichever way they are written.</summary>
internal sealed class CountedResponse(IHttpResponseBodyFeature inner) : IHttpResponseBodyFeature
{
    private CountedStream? _stream;
    private CountedWriter? _writer;
    private long _files;

    public long Bytes => _files + (_stream?.BytesWritten ?? 0) + (_writer?.Bytes ?? 0);

    public Stream Stream => _stream ??= new CountedStream(inner.Stream);

    public PipeWriter Writer => _writer ??= new CountedWriter(inner.Writer);

    public void DisableBuffering() => inner.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => inner.StartAsync(cancellationToken);

    public Task CompleteAsync() => inner.CompleteAsync();

    // A server may know better ways to send a file than to read it.
    public async Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
    {
        await inner.SendFileAsync(path, offset, count, cancellationToken);
        _files += count ?? new FileInfo(path).Length - offset;
    }

    private sealed class CountedWriter(PipeWriter inner) : PipeWriter
    {
        public long Bytes { get; private set; }

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override void Advance(int bytes)
        {
            inner.Advance(bytes);
            Bytes += bytes;
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            Bytes += source.Length;
            return inner.WriteAsync(source, cancellationToken);
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
    }
}
