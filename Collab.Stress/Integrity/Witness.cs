using Collab.Client;
using Collab.Client.Documents;

namespace Collab.Stress.Integrity;

/// <summary>
/// One client of one document, and what the server made it believe: what was acknowledged to it, what it was sent in which order, and whether anything came back other than it had been sent. In bounded memory, however long a run lasts.
/// </summary>
/// <remarks>Made by <see cref="WatchedDocument.Watch"/> before the client's first edit.</remarks>
internal sealed class Witness
{
    private readonly Lock _lock = new();
    private (string Session, long Sequence)? _outstanding;
    private bool _hadSnapshot;
    private long _delivered;

    public Witness(string name, CollabDocument document)
    {
        (Name, Document) = (name, document);
        document.Happened += Note;
    }

    public string Name { get; }

    /// <summary>Null once the client has left.</summary>
    public CollabDocument? Document { get; private set; }

    /// <summary>To be read when the client has come to rest.</summary>
    public AcknowledgedOperations Acknowledged { get; } = new();

    /// <summary>To be read when the client has come to rest.</summary>
    public DeliveredOperations Delivered { get; } = new();

    /// <summary>How often the replica found that it was not the document. It was mended by a snapshot each time, so that nothing would be seen of it at the end.</summary>
    public int Divergences { get; private set; }

    /// <summary>Where the first of <see cref="Divergences"/> was found.</summary>
    public long FirstDivergence { get; private set; }

    /// <summary>How many own operations the log has in another form than they were sent, moved over what came between.</summary>
    public int Alterations { get; private set; }

    public Operation? FirstAlteration { get; private set; }

    /// <summary>Whether its content is still made of what was pushed, and of no snapshot but the one that it came in with.</summary>
    public bool SawEverything { get; private set; } = true;

    /// <summary>Its content when it left, if everything was saved.</summary>
    public Sighting? Last { get; private set; }

    /// <summary>The client is about to leave the document: what it has seen until now stays for the check, the document itself need not. What it still sends on its way out is noted, too.</summary>
    public void Leave()
    {
        if (Document is null)
            return;
        Last = See();
        Document = null;
    }

    /// <summary>Nothing more is waited for: what is on its way still may be in the log, or not.</summary>
    public void Rest()
    {
        lock (_lock)
        {
            if (_outstanding is { } outstanding)
                Acknowledged.AddUnanswered(outstanding.Session, outstanding.Sequence);
        }
    }

    /// <summary>Content and revision as they belong together; null while an edit waits for its answer.</summary>
    public Sighting? See()
    {
        if (Document is not { } document)
            return Last;
        // The three are read one after the other. With nothing pending before and after, and no operation between, they are of one moment.
        for (int attempt = 0; attempt < 100; attempt++)
        {
            long revision = document.Revision;
            bool wasSaved = document.IsSaved;
            var content = document.Content;
            if (wasSaved && document.IsSaved && document.Revision == revision)
                return new Sighting(Name, revision, content.Hash(), content.Length);
        }

        return null;
    }

    private void Note(DocumentEvent happened)
    {
        lock (_lock)
        {
            switch (happened)
            {
                case DocumentEvent.Submitted submitted:
                    _outstanding = (submitted.Session, submitted.Sequence);
                    _hadSnapshot = false;
                    break;
                case DocumentEvent.Acknowledged acknowledged:
                    Acknowledge(acknowledged.Operation);
                    break;
                case DocumentEvent.EditRefused:
                    _outstanding = null;
                    break;
                case DocumentEvent.Changed { Origin: ChangeOrigin.Remote, Operation: { } operation }:
                    Deliver(operation);
                    break;
                case DocumentEvent.Changed { Origin: ChangeOrigin.Resynchronized, Operation: null }:
                    (_hadSnapshot, SawEverything) = (true, false);
                    break;
                // What was on its way when a snapshot came was moved over the snapshot's difference, and may look otherwise in the log. Anything else has to come back as it was sent.
                case DocumentEvent.Changed { Origin: ChangeOrigin.Resynchronized, Operation: { } operation } when !_hadSnapshot:
                    FirstAlteration ??= operation;
                    Alterations++;
                    break;
                case DocumentEvent.Diverged:
                    if (Divergences++ == 0)
                        FirstDivergence = Document?.Revision ?? 0;
                    break;
            }
        }
    }

    private void Acknowledge(Operation? operation)
    {
        if (operation is not null)
        {
            Acknowledged.Add(operation.Session, operation.Sequence, operation.Revision);
            Deliver(operation);
        }
        else if (_outstanding is { } outstanding)
        {
            // It came inside a snapshot: somewhere behind what had been delivered before.
            Acknowledged.Add(outstanding.Session, outstanding.Sequence, _delivered);
        }

        _outstanding = null;
    }

    private void Deliver(Operation operation)
    {
        _delivered = operation.Revision;
        Delivered.Add(operation.Revision, OperationFingerprint.Of(operation.Session, operation.Sequence, operation.Delta));
    }
}
