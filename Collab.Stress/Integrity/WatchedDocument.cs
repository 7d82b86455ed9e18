using Collab.Client;

namespace Collab.Stress.Integrity;

/// <summary>A document of the run and everybody who was in it. Nobody else may edit it: an operation of a session that is not watched counts as one that nobody made.</summary>
internal sealed class WatchedDocument(string id)
{
    private readonly Lock _lock = new();
    private readonly List<Witness> _witnesses = [];

    public string Id => id;

    public IReadOnlyList<Witness> Witnesses
    {
        get
        {
            lock (_lock)
                return [.. _witnesses];
        }
    }

    /// <summary>To be called when a client has opened the document, before its first edit. Who leaves before the end says so with <see cref="Witness.Leave"/>, before its client is disposed.</summary>
    /// <param name="name">For findings; unique in the document.</param>
    public Witness Watch(string name, CollabDocument document)
    {
        var witness = new Witness(name, document);
        lock (_lock)
            _witnesses.Add(witness);
        return witness;
    }
}
