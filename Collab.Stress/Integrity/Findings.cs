namespace Collab.Stress.Integrity;

/// <summary>What is wrong with a document, a sentence each: the first few of them. A server that loses everything would fill a report otherwise.</summary>
internal sealed class Findings
{
    private const int Limit = 20;

    private readonly List<string> _told = [];

    public long Total { get; private set; }

    public IReadOnlyList<string> Told => _told;

    public void Add(string sentence)
    {
        Total++;
        if (_told.Count < Limit)
            _told.Add(sentence);
    }

    public void Clear()
    {
        Total = 0;
        _told.Clear();
    }

    /// <summary>Before all others: what weighs most.</summary>
    public void AddFirst(string sentence)
    {
        Total++;
        _told.Insert(0, sentence);
    }
}
