using Collab.Operations.Deltas;

namespace Collab.Tests.Operations;

/// <summary>Where carets go.</summary>
public sealed class SelectionTests
{
    [Theory]
    [InlineData("=2 +abc =2", 1, 1, 1)] // an insert behind
    [InlineData("=2 +abc =2", 3, 6, 6)] // an insert before
    [InlineData("=2 +abc =2", 2, 2, 5)] // exactly there: the side decides
    [InlineData("+abc", 0, 0, 3)]
    [InlineData("=1 -2 =1", 0, 0, 0)] // a delete behind
    [InlineData("=1 -2 =1", 1, 1, 1)]
    [InlineData("=1 -2 =1", 2, 1, 1)] // inside what is deleted
    [InlineData("=1 -2 =1", 3, 1, 1)]
    [InlineData("=1 -2 =1", 4, 2, 2)] // a delete before
    [InlineData("=1 +abc -2 =1", 1, 1, 4)] // a replacement: at its start the side decides, inside and at its end the caret is behind
    [InlineData("=1 +abc -2 =1", 2, 4, 4)]
    [InlineData("=1 +abc -2 =1", 3, 4, 4)]
    [InlineData("=4", 4, 4, 4)]
    public void A_position_moves(string delta, int position, int before, int after)
    {
        Assert.Equal(before, Notation.Text(delta).TransformPosition(position, CaretSide.BeforeInsert));
        Assert.Equal(after, Notation.Text(delta).TransformPosition(position, CaretSide.AfterInsert));
    }

    [Fact]
    public void A_selection_keeps_its_direction() =>
        Assert.Equal(new Selection(6, 1), Notation.Text("=2 +abc =2").TransformSelection(new Selection(3, 1), CaretSide.BeforeInsert));

    [Fact]
    public void A_position_outside_the_base_is_refused()
    {
        var delta = Notation.Text("=4");
        Assert.Throws<ArgumentOutOfRangeException>(() => delta.TransformPosition(5, CaretSide.BeforeInsert));
        Assert.Throws<ArgumentOutOfRangeException>(() => delta.TransformPosition(-1, CaretSide.BeforeInsert));
    }
}
