using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Collab.Cli.Archives;

/// <summary>Splits an archive into its lines.</summary>
internal static class ArchiveReader
{
    /// <summary>Every line with its number, from 1. Each line's bytes are its own, the line end included.</summary>
    public static async IAsyncEnumerable<(long Number, ReadOnlyMemory<byte> Line)> LinesAsync(Stream input, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var reader = PipeReader.Create(input, new StreamPipeReaderOptions(leaveOpen: true));
        for (var number = 1L; ;)
        {
            var read = await reader.ReadAsync(cancellation);
            var buffer = read.Buffer;
            while (buffer.PositionOf((byte)'\n') is { } end)
            {
                var after = buffer.GetPosition(1, end);
                yield return (number++, buffer.Slice(0, after).ToArray());
                buffer = buffer.Slice(after);
            }

            if (read.IsCompleted && !buffer.IsEmpty)
                throw new ArchiveFormatException(number, "it has no end; the archive was cut off.");
            reader.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
                yield break;
        }
    }
}
