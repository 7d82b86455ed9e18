using Collab.Operations;

namespace Collab.Tests.Crash;

/// <summary>One document of a run: what was typed into it, and what its clients were told that the log has. All members may be called from any thread.</summary>
internal sealed class DocumentRecord(string id, IDocumentKind kind)
{
    private readonly Lock _lock = new();
    private readonly HashSet<Token> _typed = [];
    private readonly HashSet<Token> _deleted = [];
    private readonly SortedDictionary<long, (string Session, long Sequence)> _told = [];
    private readonly HashSet<(string Session, long Sequence)> _acknowledged = [];
    private readonly List<string> _contradictions = [];

    public string Id => id;

    public IDocumentKind Kind => kind;

    /// <summary>Operations that their own author was told to be durable.</summary>
    public int AcknowledgedTotal => Look(() => _acknowledged.Count);

    public bool IsAcknowledged((string Session, long Sequence) operation) => Look(() => _acknowledged.Contains(operation));

    /// <summary>Two clients, or one at two times, were told different things about one revision.</summary>
    public IReadOnlyList<string> Contradictions => Look(() => _contradictions.ToList());

    /// <summary>What must be in the text once everybody has saved: typed and not deleted again.</summary>
    public HashSet<Token> Expected => Look(() => _typed.Except(_deleted).ToHashSet());

    /// <summary>Everything that was told after a revision: the revision that it makes, whose operation it is, which of them.</summary>
    public IReadOnlyList<(long Revision, string Session, long Sequence)> ToldAfter(long revision) =>
        Look(() => _told.Where(told => told.Key > revision).Select(told => (told.Key, told.Value.Session, told.Value.Sequence)).ToList());

    public void Typed(Token token) => Look(() => _typed.Add(token));

    public void Deleted(IEnumerable<Token> tokens) => Look(() =>
    {
        _deleted.UnionWith(tokens);
        return true;
    });

    /// <summary>A client was told that an operation is durable. Nobody may be told so before it is, so every client's word counts, the author's and the others'.</summary>
    public void Told(long revision, string session, long sequence, bool isOwn) => Look(() =>
    {
        if (isOwn)
            _acknowledged.Add((session, sequence));
        if (!_told.TryAdd(revision, (session, sequence)) && _told[revision] is var before && before != (session, sequence))
            _contradictions.Add($"{id}: operation {revision} was told as {before.Session}/{before.Sequence} and as {session}/{sequence}.");
        return true;
    });

    private T Look<T>(Func<T> look)
    {
        lock (_lock)
            return look();
    }
}
