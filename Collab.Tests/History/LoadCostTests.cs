using Collab.Contracts;
using Collab.Grains.Documents;
using Collab.Grains.Log;
using Collab.Tests.Log;
using Microsoft.Extensions.Logging.Abstractions;

namespace Collab.Tests.History;

/// <summary>What loading reads does not grow with the history.</summary>
public sealed class LoadCostTests
{
    private const int Operations = 2_000;

    private static readonly DocumentOptions Options = new() { SnapshotOperations = 500, SnapshotMilestoneOperations = 5_000 };

    [Theory]
    [InlineData(Operations)]
    [InlineData(50 * Operations)]
    public async Task Loading_reads_one_snapshot_and_no_more_operations_than_come_between_two(int operations)
    {
        var log = new CountedLog(new MemoryOperationLog());
        var scribe = await Scribe.OpenAsync(log, Options);
        await scribe.WriteAsync(operations + 260);

        var (records, snapshots) = (log.Records, log.Snapshots);
        var again = await Scribe.OpenAsync(log, Options);

        Assert.Equal(scribe.Content.Hash(), again.Content.Hash());
        Assert.Equal(1, log.Snapshots - snapshots);
        Assert.InRange(log.Records - records, 1, Options.SnapshotOperations);
    }

    [Fact]
    public async Task Content_of_the_past_is_no_further_away_than_a_milestone()
    {
        var log = new CountedLog(new MemoryOperationLog());
        await (await Scribe.OpenAsync(log, Options)).WriteAsync(50 * Operations);
        var loader = new DocumentLoader(log, NullLogger<DocumentLoader>.Instance);
        var document = (await log.DescribeAsync(Samples.Document, CancellationToken.None))!;

        foreach (long revision in (long[])[1, 4_999, 5_001, 54_321, 99_999])
        {
            int records = log.Records;
            var content = await loader.LoadContentAsync(document, Scribe.Kind, new Revision(revision), CancellationToken.None);
            Assert.Equal(revision % 2, content.Length);
            Assert.InRange(log.Records - records, 0, Options.SnapshotMilestoneOperations + Options.SnapshotOperations);
        }
    }
}
