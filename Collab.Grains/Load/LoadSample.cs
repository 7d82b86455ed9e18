using System.Collections.Immutable;
using Collab.Contracts.Load;
using Collab.Grains.Documents;

namespace Collab.Grains.Load;

/// <summary>Looks at the active documents now and then, and tells how busy they were between two looks. Costs a document nothing but the counter that it keeps anyway.</summary>
/// <param name="hotFrom">Operations a second from which a document is hot.</param>
internal sealed class LoadSample(string silo, ActiveDocuments documents, double hotFrom, TimeProvider clock)
{
    private Dictionary<ActiveDocument, long> _before = [];
    private HashSet<ActiveDocument> _hot = [];
    private long _takenAt = clock.GetTimestamp();

    /// <summary>How many are hot, as of the last look. A document that was hot stays so down to a half of the limit, so that one at the edge is not told of over and over.</summary>
    public int HotCount => _hot.Count;

    /// <param name="became">Called with each document that was not hot before.</param>
    public SiloLoad Take(Action<DocumentLoad> became)
    {
        double seconds = Math.Max(clock.GetElapsedTime(_takenAt).TotalSeconds, 0.001);
        _takenAt = clock.GetTimestamp();
        var (counts, hot, busy) = (new Dictionary<ActiveDocument, long>(_before.Count), new HashSet<ActiveDocument>(), new List<DocumentLoad>());
        var (bytes, operations) = (0L, 0L);
        foreach (var document in documents.Present)
        {
            long count = document.Operations;
            // A document that was not there before has had its life since.
            long added = count - _before.GetValueOrDefault(document);
            counts[document] = count;
            bytes += document.Bytes;
            operations += added;
            var use = document.Use;
            if (added == 0 && use.Sessions == 0)
                continue;
            var load = new DocumentLoad(document.Id, added / seconds, use.Sessions, use.Hosts, document.Bytes, use.FlushTime);
            busy.Add(load);
            bool wasHot = _hot.Contains(document);
            if (load.OperationsPerSecond < (wasHot ? hotFrom / 2 : hotFrom))
                continue;
            hot.Add(document);
            if (!wasHot)
                became(load);
        }

        (_before, _hot) = (counts, hot);
        return new SiloLoad(silo, counts.Count, bytes, operations / seconds, Busiest(busy));
    }

    /// <summary>The busiest first.</summary>
    public static ImmutableArray<DocumentLoad> Busiest(IEnumerable<DocumentLoad> documents) =>
        [.. documents.OrderByDescending(load => load.OperationsPerSecond).ThenByDescending(load => load.Sessions).Take(SiloLoad.BusiestLimit)];
}
