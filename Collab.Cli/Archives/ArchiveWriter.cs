using System.Security.Cryptography;
using Collab.Contracts.Documents;
using Collab.Contracts;

namespace Collab.Cli.Archives;

/// <summary>Writes an archive line by line, and keeps the digest of the document under way.</summary>
internal sealed class ArchiveWriter(Stream output) : IDisposable
{
    private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public int Documents { get; private set; }

    public Task OpenAsync(string store, DateTimeOffset at, CancellationToken cancellation) =>
        WriteAsync(new ArchiveLine.Archive(ArchiveLine.Archive.Current, store, at), cancellation);

    public Task BeginAsync(DocumentDescription document, CancellationToken cancellation)
    {
        // Another document's lines may have ended without an end.
        _digest.GetHashAndReset();
        return WriteAsync(new ArchiveLine.Document(document), cancellation);
    }

    public async Task WriteAsync(ArchiveLine line, CancellationToken cancellation)
    {
        var bytes = ArchiveEncoding.Write(line);
        _digest.AppendData(bytes);
        await output.WriteAsync(bytes, cancellation);
    }

    public Task EndAsync(DocumentId id, Revision revision, uint contentHash, CancellationToken cancellation)
    {
        Documents++;
        return WriteAsync(new ArchiveLine.End(id, revision, contentHash, Convert.ToHexStringLower(_digest.GetHashAndReset())), cancellation);
    }

    public async Task CloseAsync(CancellationToken cancellation)
    {
        await WriteAsync(new ArchiveLine.Close(Documents), cancellation);
        await output.FlushAsync(cancellation);
    }

    public void Dispose() => _digest.Dispose();
}
