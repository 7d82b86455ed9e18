using System.Text;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Grains.Log;

namespace Collab.Tests.Log;

/// <summary>Operations and appends to fill a log with; what an operation holds follows from its document and revision, so that a reader can check it.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Time = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    public static readonly NewDocument Text = new("text", ConflictPolicy.Merge, "A title");

    public static readonly DocumentId Document = new("d1");

    public static LogRecord Record(long revision, string session = "s1", long? sequence = null, int size = 40) =>
        new(new Revision(revision), new SessionId(session), sequence ?? revision, (ulong)revision * 0x9E3779B97F4A7C15, Encoded(revision, size));

    public static LogAppend Append(long epoch, params LogRecord[] records) => new(Document, epoch, records, Time.AddSeconds(records[0].Revision.Value));

    public static LogSnapshot Snapshot(long revision) =>
        new(new Revision(revision), uint.MaxValue - (uint)revision, new byte[] { (byte)revision, 0 }, Time.AddSeconds(revision));

    /// <summary>Creates the document and opens it <paramref name="epoch"/> times.</summary>
    public static async Task OpenNewAsync(this IOperationLog log, DocumentId document, int epoch = 1)
    {
        await log.CreateAsync(document, Text, Time, null, CancellationToken.None);
        for (var i = 0; i < epoch; i++)
            await log.OpenAsync(document, CancellationToken.None);
    }

    public static async Task<AppendOutcome> AppendAsync(this IOperationLog log, long epoch, params LogRecord[] records) =>
        Assert.Single(await log.AppendAsync([Append(epoch, records)], CancellationToken.None));

    public static async Task<IEnumerable<AppendOutcome>> AppendAsync(this IOperationLog log, params LogAppend[] appends) =>
        await log.AppendAsync(appends, CancellationToken.None);

    public static async Task<IReadOnlyList<LogRecord>> ReadAllAsync(this IOperationLog log, DocumentId document) =>
        await log.ReadAsync(document, Revision.Zero, int.MaxValue, long.MaxValue, CancellationToken.None);

    /// <summary>Compares by bytes; a record's own equality does not.</summary>
    public static void AssertSame(IEnumerable<LogRecord> expected, IReadOnlyList<LogRecord> actual)
    {
        var wanted = expected.ToList();
        Assert.Equal(wanted.Select(record => record.Revision), actual.Select(record => record.Revision));
        Assert.All(wanted.Zip(actual), pair => Assert.True(pair.First.IsSameAs(pair.Second), $"Operation {pair.First.Revision} is not what was appended."));
    }

    private static byte[] Encoded(long revision, int size)
    {
        var text = Encoding.UTF8.GetBytes($"{{\"revision\":{revision}}}");
        return text.Length >= size ? text : [.. text, .. Enumerable.Range(0, size - text.Length).Select(i => (byte)(revision + i))];
    }
}
