using Collab.Operations;
using Collab.Operations.Conflicts;
using Collab.Operations.Deltas;
using Collab.Operations.RichText;
using Collab.Operations.Ropes;
using Collab.Operations.Text;

namespace Collab.Tests.Operations;

/// <summary>What a rebase says about what it met: <c>kind resolution start+length @index</c>, in the document after the rebased delta.</summary>
public sealed class ConflictTests
{
    [Theory]
    [InlineData("=2 +x =2", "=2 +abc =2", "concurrent_insert Ordered 5+1 @0")]
    [InlineData("+x", "+abc", "concurrent_insert Ordered 3+1 @0")]
    [InlineData("=1 +x =3", "=2 +abc =2", "")]
    [InlineData("=2 -2", "=2 +abc =2", "")] // beside a delete is not inside it
    [InlineData("=2 +x =2", "=2 -2", "")]
    [InlineData("=2 +x =2", "-2 =2", "")]
    [InlineData("=1 +x =3", "-4", "insert_into_deleted Kept 0+1 @0")]
    [InlineData("=1 +xy =1 +z =2", "-4", "insert_into_deleted Kept 0+3 @0")] // they end side by side: one conflict
    [InlineData("-4", "=2 +abc =2", "insert_into_deleted Kept 0+3 @0")] // the other way round: what survived is the earlier's text
    [InlineData("-4", "=1 +a =1 +b =2", "insert_into_deleted Kept 0+2 @0")]
    [InlineData("-3 =3", "=2 -3 =1", "overlapping_delete Merged 0+0 @0")]
    [InlineData("=2 -3 =1", "-3 =3", "overlapping_delete Merged 0+0 @0")]
    [InlineData("-2 =2", "=2 -2", "")]
    [InlineData("=2 +x -1 =1", "=2 +y -2", "concurrent_insert Ordered 3+1 @0, overlapping_delete Merged 4+0 @0")]
    public void Text(string delta, string over, string conflicts) => Conflicts(DeltaForm.Text, delta, conflicts, over);

    [Theory]
    [InlineData("=4{b:1}", "=4{b:2}", "format_against_format Overwritten 0+4 @0")]
    [InlineData("=4{b:1}", "=4{b:1}", "format_against_format Merged 0+4 @0")]
    [InlineData("=4{b:1}", "=4{b:null}", "format_against_format Overwritten 0+4 @0")]
    [InlineData("=4{b:1}", "=4{i:1}", "")]
    [InlineData("=4{b:1,i:1}", "=4{b:1,i:2}", "format_against_format Overwritten 0+4 @0")]
    [InlineData("=2{b:1} =2", "=1 =2{b:2} =1", "format_against_format Overwritten 1+1 @0")]
    [InlineData("=4{b:1}", "=2{b:2} =2{b:3}", "format_against_format Overwritten 0+4 @0")]
    [InlineData("=4{b:1}", "=1 -2 =1", "format_on_deleted Dropped 1+0 @0")]
    [InlineData("=1 -2 =1", "=4{b:1}", "format_on_deleted Overwritten 1+0 @0")]
    [InlineData("=1 -2 =1", "=1 =1{b:1} =2", "format_on_deleted Overwritten 1+0 @0")]
    [InlineData("=2 +[i:1] =2", "=2 +[i:2] =2", "concurrent_insert Ordered 3+1 @0")]
    [InlineData("=2 +a{b:1} +b =2", "=2 +c +d{b:1} =2", "concurrent_insert Ordered 4+2 @0")]
    public void RichText(string delta, string over, string conflicts) => Conflicts(DeltaForm.RichText, delta, conflicts, over);

    [Fact]
    public void A_range_is_carried_over_the_steps_that_follow()
    {
        // Found at 3 in the first step; then something comes before it, something between it and the end, and something is taken out.
        Conflicts(DeltaForm.Text, "=2 +xyz =2", "concurrent_insert Ordered 6+3 @0", "=2 +a =2", "+123 =5", "=8 +! ");
        Conflicts(DeltaForm.Text, "=2 +xyz =2", "concurrent_insert Ordered 1+3 @0", "=2 +a =2", "-2 =3");

        // The delta's own parts before the conflict count too: the range is in the document after it.
        Conflicts(DeltaForm.Text, "+12 =2 +x =2", "concurrent_insert Ordered 6+1 @0, concurrent_insert Ordered 1+2 @1", "=2 +a =2", "+b =5");
        Conflicts(DeltaForm.RichText, "=4{b:1}", "format_against_format Overwritten 2+4 @0", "=4{b:2}", "+hi =4");
        Conflicts(DeltaForm.RichText, "=4{b:1}", "format_against_format Overwritten 0+6 @0", "=4{b:2}", "=2 +hi =2");
        Conflicts(DeltaForm.RichText, "=4{b:1}", "format_against_format Overwritten 0+2 @0, format_on_deleted Dropped 2+0 @1", "=4{b:2}", "=2 -2");
    }

    [Fact]
    public void Each_step_is_named_by_its_index_identities_included() =>
        Conflicts(DeltaForm.Text, "=2 +x =2", "concurrent_insert Ordered 4+1 @1, concurrent_insert Ordered 4+1 @3", "=4", "=2 +a =2", "=5", "=3 +b =2");

    [Fact]
    public void More_than_the_limit_are_counted_and_not_kept()
    {
        var many = string.Join(' ', Enumerable.Repeat("=1 +x", 50));
        var rebased = TextKind.Instance.Rebase(Notation.Text(many), [Notation.Text(many)]);
        Assert.Equal(Rebased.ConflictsLimit, rebased.Conflicts.Count);
        Assert.Equal(50, rebased.ConflictsTotal);
    }

    [Fact]
    public void Whether_two_deltas_conflict_does_not_depend_on_which_came_first() => Laws.Hold(1000, (edits, content) =>
    {
        var kind = edits.Form == DeltaForm.Text ? (IDocumentKind)TextKind.Instance : RichTextKind.Instance;
        var (a, b) = (edits.Delta(content), edits.Delta(content));
        var one = kind.Rebase(a, [b]);
        var other = kind.Rebase(b, [a]);
        if (one.ConflictsTotal > Rebased.ConflictsLimit || other.ConflictsTotal > Rebased.ConflictsLimit) return;
        Assert.Equal(one.Conflicts.Select(conflict => conflict.Kind).Distinct().Order(), other.Conflicts.Select(conflict => conflict.Kind).Distinct().Order());
    });

    [Fact]
    public void Ranges_lie_in_the_document_and_every_kind_is_one_of_the_taxonomy() => Laws.Hold(1000, (edits, content) =>
    {
        var kind = edits.Form == DeltaForm.Text ? (IDocumentKind)TextKind.Instance : RichTextKind.Instance;
        var moved = edits.Delta(content);
        var history = new List<IDelta>();
        for (var i = edits.Next(5); i >= 0; i--)
        {
            var next = edits.Delta(content);
            history.Add(next);
            content = (SequenceContent)content.Apply(next);
        }

        var rebased = kind.Rebase(moved, history);
        foreach (var conflict in rebased.Conflicts)
        {
            Assert.Contains(conflict.Kind, ConflictKinds.All);
            Assert.InRange(conflict.OverIndex, 0, history.Count - 1);
            Assert.InRange(conflict.Length, 0, int.MaxValue);
            Assert.InRange(conflict.Start, 0, ((Delta)rebased.Delta).TargetLength - conflict.Length);
        }

        Assert.InRange(rebased.ConflictsTotal, rebased.Conflicts.Count, int.MaxValue);
    });

    private static void Conflicts(DeltaForm form, string delta, string conflicts, params string[] over)
    {
        IDocumentKind kind = form == DeltaForm.Text ? TextKind.Instance : RichTextKind.Instance;
        var rebased = kind.Rebase(Notation.Parse(delta, form), [.. over.Select(step => Notation.Parse(step, form))]);
        Assert.Equal(conflicts, string.Join(", ", rebased.Conflicts.Select(Write)));
        Assert.Equal(rebased.Conflicts.Count, rebased.ConflictsTotal);
    }

    private static string Write(DetectedConflict conflict) =>
        $"{conflict.Kind} {conflict.Resolution} {conflict.Start}+{conflict.Length} @{conflict.OverIndex}";
}
