using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Grains.Log;

namespace Collab.Cli.Archives;

/// <summary>
/// One line of an archive, which is one JSON object with one member that names it. In order: <c>archive</c>; for each document
/// <c>document</c>, where history was trimmed <c>start</c> and its <c>session</c>s, every <c>operation</c>, and <c>end</c> (or <c>failed</c>); <c>close</c>.
/// </summary>
internal abstract record ArchiveLine
{
    private ArchiveLine()
    {
    }

    /// <param name="Version">Of the format; this program writes and reads 1.</param>
    public sealed record Archive(int Version, string Store, DateTimeOffset At) : ArchiveLine
    {
        public const int Current = 1;
    }

    public sealed record Document(DocumentDescription Description) : ArchiveLine;

    public sealed record Start(LogSnapshot Snapshot) : ArchiveLine;

    public sealed record Session(AppliedSequence Applied) : ArchiveLine;

    public sealed record Operation(LogRecord Record) : ArchiveLine;

    /// <param name="ContentHash">Of the content at <paramref name="Revision"/>, which replaying the lines has to lead to.</param>
    /// <param name="Digest">SHA-256 over the document's lines before this one, line ends included, in hexadecimal.</param>
    public sealed record End(DocumentId Id, Revision Revision, uint ContentHash, string Digest) : ArchiveLine;

    /// <summary>The document can't be exported whole; what stands before this line of it is not imported.</summary>
    public sealed record Failed(DocumentId Id, string Reason) : ArchiveLine;

    /// <summary>Ends the archive: without it, it is a part of one.</summary>
    public sealed record Close(int Documents) : ArchiveLine;
}
