using Collab.Operations;
using Collab.Operations.Deltas;
using Collab.Operations.Text;

namespace Collab.Tests.Operations;

/// <summary>The component grid: every component against every other, in all the ways in which they can lie.</summary>
public sealed class TextTransformTests
{
    [Theory]
    [InlineData("=4 +x", "+abc =4", "=7 +x")] // insert behind an insert
    [InlineData("+x =4", "=4 +abc", "+x =7")] // insert before an insert
    [InlineData("=2 +x =2", "=2 +abc =2", "=5 +x =2")] // at one place: the earlier stands left
    [InlineData("+x", "+abc", "=3 +x")] // the same in an empty document
    [InlineData("+x =4", "-2 =2", "+x =2")] // insert before a delete
    [InlineData("=2 +x =2", "-2 =2", "+x =2")] // insert at a delete's end
    [InlineData("=1 +x =3", "-4", "+x")] // insert inside a delete stays
    [InlineData("=4 +x", "-2 =2", "=2 +x")] // insert behind a delete
    [InlineData("=2 +x =2", "=4", "=2 +x =2")] // insert against retain
    [InlineData("-2 =2", "=4 +abc", "-2 =5")] // delete before an insert
    [InlineData("=2 -2", "=2 +abc =2", "=5 -2")] // delete right behind an insert
    [InlineData("-2 =2", "=2 +abc =2", "-2 =5")] // delete up to an insert
    [InlineData("-4", "=2 +abc =2", "-2 =3 -2")] // delete around an insert: what is new stays
    [InlineData("-2 =2", "=2 -2", "-2")] // deletes side by side
    [InlineData("-4", "-4", "")] // the same delete
    [InlineData("-4 =2", "=1 -2 =3", "-2 =2")] // one delete inside the other
    [InlineData("=1 -2 =3", "-4 =2", "=2")]
    [InlineData("-3 =3", "=2 -3 =1", "-2 =1")] // deletes that overlap
    [InlineData("=2 -3 =1", "-3 =3", "-2 =1")]
    [InlineData("-2 =2", "=4", "-2 =2")] // delete against retain
    [InlineData("=4", "=2 +abc =2", "=7")] // retain against each
    [InlineData("=4", "=1 -2 =1", "=2")]
    [InlineData("=4", "=4", "=4")]
    [InlineData("", "", "")]
    public void Rebase_moves_each_component_over_each(string delta, string over, string gives) => Rebase(delta, over, gives);

    [Theory]
    [InlineData("=2 +x =2", "=2 +abc =2", "=2 +x =5")] // at one place: now the moved one stands left
    [InlineData("=1 +x =3", "=1 +a -2 =1", "=1 +x =2")]
    [InlineData("=1 +x -2 =1", "=1 +a -2 =1", "=1 +x =2")]
    public void A_client_moves_what_came_first_to_the_left(string delta, string over, string gives) =>
        Assert.Equal(gives, Notation.Write(Delta.Transform(Notation.Text(delta), Notation.Text(over), TransformOrder.DeltaFirst)));

    [Fact]
    public void Rebase_goes_one_by_one_because_transform_does_not_distribute_over_compose()
    {
        var moved = Notation.Text("+YY =1");
        Delta[] history = [Notation.Text("=1 +xx"), Notation.Text("-1 =2")];

        var oneByOne = TextKind.Instance.Rebase(moved, history);
        var composed = TextKind.Instance.Rebase(moved, [history[0].Compose(history[1])]);

        Assert.Equal("+YY =2", Notation.Write((Delta)oneByOne.Delta));
        Assert.Equal("=2 +YY", Notation.Write((Delta)composed.Delta));
    }

    [Fact]
    public void Rebase_over_nothing_is_the_same_delta()
    {
        var delta = Notation.Text("=2 +x");
        Assert.Same(delta, TextKind.Instance.Rebase(delta, []).Delta);
        Assert.Same(delta, TextKind.Instance.Rebase(delta, [Notation.Text("=2")]).Delta);
    }

    [Fact]
    public void A_wrong_base_fails_at_once()
    {
        var short2 = Notation.Text("=2 +x");
        Assert.Throws<LengthMismatchException>(() => Delta.Transform(short2, Notation.Text("=3"), TransformOrder.OverFirst));
        Assert.Throws<LengthMismatchException>(() => TextKind.Instance.Rebase(short2, [Notation.Text("=3")]));
        Assert.Throws<LengthMismatchException>(() => TextKind.Instance.Rebase(short2, [Notation.Text("=2 +ab"), Notation.Text("=3")]));
        Assert.Throws<LengthMismatchException>(() => short2.Compose(Notation.Text("=2")));
        Assert.Throws<LengthMismatchException>(() => Notation.Document("abc").Apply(short2));
        Assert.Throws<LengthMismatchException>(() => short2.Invert(Notation.Document("abc")));
    }

    private static void Rebase(string delta, string over, string gives)
    {
        var moved = Notation.Text(delta);
        var earlier = Notation.Text(over);
        var rebased = (Delta)TextKind.Instance.Rebase(moved, [earlier]).Delta;
        Assert.Equal(gives, Notation.Write(rebased));
        Assert.Equal(earlier.TargetLength, rebased.BaseLength);

        // TP1 in each row of the table.
        var mirrored = Delta.Transform(earlier, moved, TransformOrder.DeltaFirst);
        Assert.Equal(earlier.Compose(rebased), moved.Compose(mirrored));
    }
}
