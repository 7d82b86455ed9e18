using System.Collections.Immutable;
using Collab.Contracts.Documents;

namespace Collab.Grains.Log.Sqlite;

/// <summary>
/// What the tables say of a document, and over it what was pending before they were asked: what has come into them meanwhile is in both, and nothing is missed. So reading waits neither for
/// the tables to be brought up nor for somebody who keeps them locked.
/// </summary>
internal static class PendingReads
{
    public static DocumentDescription? Over(DocumentDescription? tables, IReadOnlyList<LogAppend> pending) =>
        tables is not null && pending.Count > 0 && pending[^1].Records[^1].Revision is var head && head > tables.Revision
            ? tables with { Revision = head, ModifiedAt = LogRows.Time(pending[^1].At.ToUnixTimeMilliseconds()) }
            : tables;

    /// <param name="tables">Consecutive after <paramref name="from"/>, within the limits.</param>
    public static ImmutableArray<LogRecord> Over(ImmutableArray<LogRecord> tables, IReadOnlyList<LogAppend> pending, Revision from, int limit, long bytesLimit)
    {
        if (pending.Count == 0)
            return tables;
        var records = tables.ToBuilder();
        var bytes = tables.Sum(record => (long)record.Encoded.Length);
        var last = tables.IsEmpty ? from : tables[^1].Revision;
        foreach (var record in pending.SelectMany(append => append.Records))
        {
            if (records.Count >= limit || bytes >= bytesLimit)
                break;
            // Behind a gap is what the tables have and this reading has not come to.
            if (record.Revision != last.Next)
                continue;
            records.Add(record);
            (bytes, last) = (bytes + record.Encoded.Length, record.Revision);
        }

        return records.ToImmutable();
    }

    public static AppliedSequence? Over(AppliedSequence? tables, IReadOnlyList<LogAppend> pending, SessionId session, long? sequence)
    {
        // Newer ones have higher sequences: nothing else is taken into the journal.
        for (var i = pending.Count - 1; i >= 0; i--)
        {
            for (var j = pending[i].Records.Count - 1; j >= 0; j--)
            {
                var record = pending[i].Records[j];
                if (record.Session == session && (sequence is null || record.Sequence == sequence))
                    return tables?.Sequence > record.Sequence ? tables : record.Applied;
            }
        }

        return tables;
    }
}
