using Collab.Operations;
using Collab.Operations.Ropes;
using Collab.Stress.Editing.Edits;

namespace Collab.Tests.Stress;

/// <summary>What the load tool's people do.</summary>
public sealed class EditTests
{
    private const int Seed = 7;

    [Fact]
    public void Everything_is_done_as_often_as_the_mix_says()
    {
        var intentions = new Intentions(Seed, new EditMix(70, 20, 6, 4), new Pastes(0.1, 1000));
        var drawn = Enumerable.Range(0, 20_000).Select(_ => intentions.Next()).ToList();

        double Share(EditKind kind) => (double)drawn.Count(intention => intention.Kind == kind) / drawn.Count;
        Assert.Equal(0.70, Share(EditKind.Insert), 0.02);
        Assert.Equal(0.20, Share(EditKind.Delete), 0.02);
        Assert.Equal(0.06, Share(EditKind.Format), 0.02);
        Assert.Equal(0.04, Share(EditKind.Presence), 0.02);
        Assert.Equal(0.07, (double)drawn.Count(intention => intention.IsPaste) / drawn.Count, 0.02);
        Assert.All(drawn.Where(intention => intention.IsPaste), intention => Assert.Equal(EditKind.Insert, intention.Kind));
    }

    [Fact]
    public void The_same_seed_intends_the_same()
    {
        Assert.Equal(Some(Seed), Some(Seed));
        Assert.NotEqual(Some(Seed), Some(Seed + 1));

        static Intention[] Some(int seed)
        {
            var intentions = new Intentions(seed, new EditMix(70, 20, 6, 4), Pastes.None);
            return [.. Enumerable.Range(0, 100).Select(_ => intentions.Next())];
        }
    }

    [Theory]
    [InlineData("text")]
    [InlineData("richtext")]
    public void Every_intention_but_presence_changes_the_document_whatever_stands_there(string kind)
    {
        foreach (var style in (EditStyle[])[new OwnPlaces(1, 50), new OwnPlaces(9, 50), new SameLine(1, 50)])
        {
            var intentions = new Intentions(Seed, new EditMix(30, 50, 10, 10), new Pastes(0.1, 50));
            var content = DocumentKinds.Find(kind)!.Initial;
            int caret = 1000;
            for (int i = 0; i < 5_000; i++)
            {
                var intention = intentions.Next();
                var edit = style.Edit((SequenceContent)content, intention, ref caret);
                Assert.Equal(intention.Kind == EditKind.Presence, edit is null);
                if (edit is not null)
                {
                    Assert.False(edit.IsIdentity);
                    content = content.Apply(edit);
                }

                Assert.InRange(caret, 0, content.Length);
            }
        }
    }

    [Fact]
    public void A_paste_into_a_long_document_takes_the_place_of_as_much()
    {
        var content = DocumentKinds.Find("text")!.Initial;
        var style = new OwnPlaces(1, 100_000);
        int caret = 0;
        for (int i = 0; i < 20; i++)
            content = content.Apply(style.Edit((SequenceContent)content, new Intention(EditKind.Insert, IsPaste: true, Moves: true, Place: i / 20.0, Extent: 0, Text: i), ref caret)!);
        Assert.Equal(300_000, content.Length);
    }

    [Fact]
    public void The_line_that_everybody_edits_stays_about_as_long()
    {
        var intentions = new Intentions(Seed, new EditMix(45, 35, 20, 0), Pastes.None);
        var content = DocumentKinds.Find("richtext")!.Initial;
        var style = new SameLine(1, 1);
        int caret = 0;
        for (int i = 0; i < 20_000; i++)
            content = content.Apply(style.Edit((SequenceContent)content, intentions.Next(), ref caret)!);
        Assert.InRange(content.Length, 1, 200);
    }

    [Theory]
    [InlineData("insert=70,delete=20,format=5,presence=5", "insert=70,delete=20,format=5,presence=5")]
    [InlineData("delete=1", "insert=0,delete=1,format=0,presence=0")]
    [InlineData("insert=0", null)]
    [InlineData("insert=1,insert=2", null)]
    [InlineData("insert=-1", null)]
    [InlineData("insert=10001", null)]
    [InlineData("write=1", null)]
    [InlineData("", null)]
    public void A_mix_is_weights_by_name(string text, string? mix) => Assert.Equal(mix, EditMix.TryParse(text, out var read) ? read.ToString() : null);

    [Theory]
    [InlineData("2%:10kb", "2%:10240")]
    [InlineData("0.5%:300", "0.5%:300")]
    [InlineData("100%:500000", "100%:500000")]
    [InlineData("101%:1", null)]
    [InlineData("2:10kb", null)]
    [InlineData("2%:0", null)]
    [InlineData("2%:500001", null)]
    [InlineData("2%:500000kb", null)]
    public void Pastes_are_a_share_and_a_length(string text, string? pastes) => Assert.Equal(pastes, Pastes.TryParse(text, out var read) ? read.ToString() : null);
}
