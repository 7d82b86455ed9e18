using Collab.Grains.Log;
using Collab.Operations;

namespace Collab.Grains.Documents;

/// <summary>A document's content on its way through the log, one operation after the other, and nothing else that an authority would keep.</summary>
public sealed class ContentReplay(DocumentId document, IDocumentKind kind, Revision revision, IContent content)
{
    /// <summary>The newest operation applied.</summary>
    public Revision Revision { get; private set; } = revision;

    public IContent Content { get; private set; } = content;

    /// <exception cref="LogUnavailableException">The operation is not the next, can't be read or does not fit (<see cref="LogFault.Corrupt"/>).</exception>
    public void Apply(LogRecord record)
    {
        if (record.Revision != Revision.Next)
            throw Damaged(Revision.Next, $"it is missing, {record.Revision} comes next");
        try
        {
            Content = Content.Apply(WindowEntry.Read(kind, record).Delta);
            Revision = record.Revision;
        }
        catch (Exception failure) when (failure is LengthMismatchException or DeltaFormatException or InvalidDataException or System.Text.Json.JsonException)
        {
            throw Damaged(record.Revision, failure.Message);
        }
    }

    private LogUnavailableException Damaged(Revision revision, string what) => new($"Operation {revision} of document {document} is damaged: {what}.", fault: LogFault.Corrupt);
}
