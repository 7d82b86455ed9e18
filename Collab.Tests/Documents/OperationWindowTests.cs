using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Grains.Documents;
using Collab.Operations;

namespace Collab.Tests.Documents;

public sealed class OperationWindowTests
{
    [Fact]
    public void The_oldest_give_way_at_the_count_limit_and_revisions_stay_consecutive()
    {
        var window = new OperationWindow(new Revision(100), operationsLimit: 50, bytesLimit: 1 << 30);
        for (int i = 1; i <= 173; i++)
        {
            window.Add(Entry(100 + i, 10));
            Assert.Equal(new Revision(100 + i), window.Head);
            Assert.Equal(Math.Min(i, 50), window.Count);
            Assert.All(Enumerable.Range(0, window.Count), k => Assert.Equal(window.Start + k + 1, window[k].Operation.Revision));
        }
    }

    [Fact]
    public void The_oldest_give_way_at_the_bytes_limit_but_the_newest_stays()
    {
        var window = new OperationWindow(Revision.Zero, operationsLimit: 50, bytesLimit: 10_000);
        window.Add(Entry(1, 1_000));
        window.Add(Entry(2, 100_000));
        Assert.Equal((new Revision(1), 1), (window.Start, window.Count));
        window.Add(Entry(3, 10));
        Assert.Equal((new Revision(2), 1), (window.Start, window.Count));
        Assert.InRange(window.Bytes, 1, 10_000);
    }

    private static WindowEntry Entry(long revision, int bytes)
    {
        var delta = DocumentKinds.Find("text")!.DecodeDelta("[\"x\"]"u8, DeltaLimits.Default);
        return new WindowEntry(new CommittedOperation(new Revision(revision), new SessionId("s"), revision, new byte[bytes]), delta, "");
    }
}
