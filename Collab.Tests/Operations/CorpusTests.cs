using System.Buffers;
using Collab.Operations;
using Collab.Operations.Deltas;
using Collab.Operations.Text;

namespace Collab.Tests.Operations;

/// <summary>The algebra on real editing sessions; the final text is the recorder's.</summary>
public sealed class CorpusTests
{
    [Theory]
    [InlineData("sveltecomponent.seq.jsonl.gz")]
    [InlineData("rustcode.seq.jsonl.gz")]
    public void A_session_of_one_ends_in_its_text(string file)
    {
        var (finalSha256, transactions) = Corpus.Read(file);
        IContent content = TextContent.Empty;
        var inverses = new List<Delta>();
        foreach (var transaction in transactions)
        {
            var delta = OverTheWire(Corpus.ToDelta(transaction, content.Length));
            inverses.Add(delta.Invert((TextContent)content));
            content = content.Apply(delta);
        }

        Assert.Equal(finalSha256, Corpus.Sha256(content.ToString()!));
        Assert.Equal(TextContent.From(content.ToString()!).Hash(), content.Hash());

        for (var i = inverses.Count - 1; i >= 0; i--) content = content.Apply(inverses[i]);
        Assert.Equal(0, content.Length);
    }

    [Fact]
    public void A_session_of_three_through_the_server_ends_in_its_text()
    {
        var (finalSha256, transactions) = Corpus.Read("clownschool.conc.jsonl.gz");
        IContent content = TextContent.Empty;
        var log = new List<IDelta>();
        var lengths = new List<int> { 0 };
        var conflicts = 0;
        foreach (var transaction in transactions)
        {
            var delta = OverTheWire(Corpus.ToDelta(transaction, lengths[transaction.Base]));
            var rebased = TextKind.Instance.Rebase(delta, log[transaction.Base..]);
            conflicts += rebased.Conflicts.Count(conflict => conflict.Kind == "concurrent_insert");
            log.Add(rebased.Delta);
            content = content.Apply(rebased.Delta);
            lengths.Add(content.Length);
        }

        Assert.Equal(finalSha256, Corpus.Sha256(content.ToString()!));

        // The corpus says that no two agents insert at one place at a time.
        Assert.Equal(0, conflicts);
    }

    private static Delta OverTheWire(Delta delta)
    {
        var output = new ArrayBufferWriter<byte>(64);
        delta.Encode(output);
        return (Delta)TextKind.Instance.DecodeDelta(output.WrittenSpan, DeltaLimits.Default);
    }
}
