using System.Runtime.CompilerServices;
using Collab.Grains.Log;

namespace Collab.Cli.Archives;

/// <summary>The documents of an archive, one after the other, checked on the way.</summary>
internal static class ArchivedDocuments
{
    /// <summary>Yields each document once all of it was read and found right. The caller disposes it.</summary>
    /// <param name="onOperation">Each operation as it comes, before it is known whether the document ends well.</param>
    /// <param name="onFailed">A document that the export could not write whole: what came of it is void.</param>
    /// <exception cref="ArchiveFormatException">The archive is not what an export wrote, or not all of it.</exception>
    public static async IAsyncEnumerable<ArchivedDocument> ReadAsync(
        Stream input, Func<ArchivedDocument, LogRecord, Task> onOperation, Action<ArchiveLine.Failed> onFailed, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ArchivedDocument? document = null;
        int? closedWith = null;
        var (count, last) = (0, 0L);
        await foreach (var (number, line) in ArchiveReader.LinesAsync(input, cancellation))
        {
            last = number;
            var parsed = ArchiveEncoding.Read(line, number);
            if (number == 1 != parsed is ArchiveLine.Archive || closedWith is not null)
                throw new ArchiveFormatException(number, "an archive begins with one line named 'archive' and ends with one named 'close'.");
            switch (parsed)
            {
                case ArchiveLine.Archive archive when archive.Version != ArchiveLine.Archive.Current:
                    throw new ArchiveFormatException(number, $"its version is {archive.Version}; this program reads {ArchiveLine.Archive.Current}.");
                case ArchiveLine.Archive:
                    break;
                case ArchiveLine.Document begin when document is null:
                    document = new ArchivedDocument(begin.Description, line, number);
                    break;
                case ArchiveLine.End end when document is not null:
                    document.Finish(end, number);
                    count++;
                    yield return document;
                    document = null;
                    break;
                case ArchiveLine.Failed failed:
                    document?.Dispose();
                    document = null;
                    onFailed(failed);
                    break;
                case ArchiveLine.Close close when document is null:
                    closedWith = close.Documents;
                    break;
                case var _ when document is not null:
                    document.Add(parsed, line, number);
                    if (parsed is ArchiveLine.Operation operation)
                        await onOperation(document, operation.Record);
                    break;
                default:
                    throw new ArchiveFormatException(number, "it belongs to a document, and none has begun.");
            }
        }

        if (closedWith != count)
            throw new ArchiveFormatException(last, $"the archive ends after {count} documents{(closedWith is { } told ? $", its last line tells of {told}" : "; it was cut off")}.");
    }
}
