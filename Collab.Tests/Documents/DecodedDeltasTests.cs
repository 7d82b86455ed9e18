using Collab.Contracts;
using Collab.Grains.Documents;
using Collab.Operations;

namespace Collab.Tests.Documents;

public sealed class DecodedDeltasTests
{
    private readonly DecodedDeltas _deltas = new();
    private Revision _head;

    [Fact]
    public void Of_a_document_that_nobody_rebases_in_only_the_newest_is_kept()
    {
        Add(1_000);
        Assert.Equal((1, 200), (_deltas.Reach, _deltas.Bytes));
        Assert.NotNull(_deltas.Find(_head));
        Assert.Null(_deltas.Find(_head + -1));
    }

    [Fact]
    public void What_is_asked_for_is_kept_as_long_as_it_is_asked_for()
    {
        for (int i = 0; i < 10 * DecodedDeltas.Period; i++)
        {
            Add(1);
            RebaseOver((int)Math.Min(_head.Value, 31), isKept: i > 62);
        }

        Assert.Equal((32, 6_400), (_deltas.Reach, _deltas.Bytes));
    }

    [Fact]
    public void Once_it_is_not_asked_for_any_more_the_reach_shrinks_slowly()
    {
        Add(1_000);
        RebaseOver(700, isKept: false);
        RebaseOver(700, isKept: true);
        Assert.Equal(1_024, _deltas.Reach);
        Add(DecodedDeltas.Period);
        Assert.InRange(_deltas.Reach, 512, 1_024);
        Add(11 * DecodedDeltas.Period);
        Assert.Equal((1, 200), (_deltas.Reach, _deltas.Bytes));
    }

    [Fact]
    public void What_has_given_way_is_not_held()
    {
        Add(100);
        RebaseOver(64, isKept: false);
        for (var gone = Revision.Zero.Next; gone <= _head; gone = gone.Next)
        {
            _deltas.Drop(gone);
            Assert.Null(_deltas.Find(gone));
        }

        Assert.Equal(0, _deltas.Bytes);
    }

    private void Add(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _head = _head.Next;
            _deltas.Add(_head, Delta(_head), 100);
        }
    }

    // As the window does it: from the oldest on, and what is not there is decoded.
    private void RebaseOver(int distance, bool isKept)
    {
        for (var revision = _head + (1 - distance); revision <= _head; revision = revision.Next)
        {
            var found = _deltas.Find(revision);
            Assert.True(found is not null || !isKept, $"{revision} of {_head} is not there.");
            if (found is null)
                _deltas.Keep(revision, Delta(revision), 100);
            else
                Assert.Equal(Delta(revision), found);
        }
    }

    private static IDelta Delta(Revision revision) =>
        DocumentKinds.Find("text")!.DecodeDelta(System.Text.Encoding.UTF8.GetBytes($"[{revision.Value},\"x\"]"), DeltaLimits.Default);
}
