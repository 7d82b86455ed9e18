using Collab.Client.Access;
using Collab.Client.Documents;
using Collab.Client.Messages;
using Collab.Tests.Operations;

namespace Collab.Tests.Client;

/// <summary>What the role does not allow is held: shown, kept, and sent when the role is back.</summary>
public sealed class HeldEditsTests
{
    [Fact]
    public void A_viewers_edits_are_held_and_sent_when_the_role_allows_them()
    {
        var desk = Desk.With("ab");
        desk.Role(DocumentRole.Viewer);
        desk.Type("=2 +c");
        desk.Operation(1, "+x =2");
        Assert.Empty(desk.Submissions());
        Assert.Equal(("xabc", false), (desk.Text, desk.State.CanEdit));
        Assert.NotNull(desk.State.Held);

        desk.Role(DocumentRole.Editor);
        Assert.Equal(["1@1 =3 +c"], desk.Submissions());
        Assert.Null(desk.State.Held);
        Assert.Equal([true, false], desk.Events.OfType<DocumentEvent.HeldChanged>().Select(changed => changed.IsHeld));
        Assert.Equal([DocumentRole.Viewer, DocumentRole.Editor], desk.Events.OfType<DocumentEvent.RoleChanged>().Select(changed => changed.Role));
    }

    [Fact]
    public void An_edit_that_crossed_the_loss_of_the_role_is_held_not_undone()
    {
        var desk = Desk.With("ab");
        desk.Type("=2 +c");
        desk.Type("=3 +d");
        desk.Sent();
        desk.Role(DocumentRole.Viewer);
        Assert.Null(desk.State.Held);
        desk.Refused("submit", "forbidden", RefusalAction.GiveUp, sequence: 1);
        Assert.Equal("abcd", desk.Text);
        Assert.NotNull(desk.State.Held);
        desk.Sent();
        Assert.Empty(desk.Events.OfType<DocumentEvent.EditRefused>());

        desk.Role(DocumentRole.Owner);
        Assert.Equal(["2@0 =2 +cd"], desk.Submissions());
    }

    [Fact]
    public void An_edit_sent_several_times_and_refused_at_last_may_have_been_applied_which_the_next_admission_tells()
    {
        var desk = Desk.With("ab");
        desk.Type("=2 +c");
        desk.Refused("submit", "timeout", RefusalAction.Retry, sequence: 1, retryAfter: 10);
        desk.Wait(TimeSpan.FromMilliseconds(20));
        Assert.Equal(2, desk.Submissions().Count);
        desk.Role(DocumentRole.Viewer);
        desk.Refused("submit", "forbidden", RefusalAction.GiveUp, sequence: 1);
        desk.Wait(TimeSpan.FromSeconds(1));
        Assert.Single(desk.Sent().OfType<ClientMessage.Join>());

        desk.Joined(head: 1, applied: 1, appliedAt: 1, role: DocumentRole.Viewer);
        desk.Operation(1, "=2 +c", "me", 1);
        Assert.Equal(("abc", true), (desk.Text, desk.State.IsSaved));
    }

    [Fact]
    public void A_refusal_that_crossed_the_return_of_the_role_is_not_the_last_word()
    {
        var desk = Desk.With("ab");
        desk.Role(DocumentRole.Editor);
        desk.Type("=2 +c");
        desk.Sent();
        desk.Refused("submit", "forbidden", RefusalAction.GiveUp, sequence: 1);
        Assert.Empty(desk.Submissions());
        desk.Wait(TimeSpan.FromSeconds(1));
        Assert.Equal(["2@0 =2 +c"], desk.Submissions());
    }

    [Fact]
    public void Held_edits_can_be_given_up()
    {
        var desk = Desk.With("ab");
        desk.Role(DocumentRole.Viewer);
        desk.Type("-1 =1 +c");
        Assert.Equal("-1 =1 +c", Notation.Write((Collab.Operations.Deltas.Delta)desk.State.Discard()!));
        Assert.Equal(("ab", true), (desk.Text, desk.State.IsSaved));
        Assert.Null(desk.State.Discard());
        desk.Role(DocumentRole.Editor);
        Assert.Empty(desk.Submissions());
    }

    [Fact]
    public void What_was_given_up_or_came_to_nothing_stays_settled()
    {
        var desk = Desk.With("ab");
        desk.Role(DocumentRole.Viewer);
        desk.Type("=2 +c");
        desk.State.Discard();
        Assert.Equal((1, 1), (desk.State.EditsMade, desk.State.EditsSaved));

        desk.Type("=2 +d");
        desk.Type("=2 -1");
        Assert.Equal((3, 3), (desk.State.EditsMade, desk.State.EditsSaved));

        desk.Type("=2 +e");
        Assert.Equal((4, 3), (desk.State.EditsMade, desk.State.EditsSaved));
    }

    [Fact]
    public void Who_is_sent_away_keeps_the_edits_in_hand()
    {
        var desk = Desk.With("ab");
        desk.Type("=2 +c");
        desk.Closed("kicked", RefusalAction.GiveUp);
        Assert.Equal("=2 +c", Notation.Write((Collab.Operations.Deltas.Delta)desk.State.Held!));
        Assert.False(desk.State.CanEdit);
        desk.State.Discard();
        Assert.Equal("ab", desk.Text);
    }

    [Fact]
    public void A_commenters_comments_are_sent_and_other_edits_are_held()
    {
        var desk = Desk.WithRichText("+abcd");
        desk.Role(DocumentRole.Commenter);
        Assert.False(desk.State.CanEdit);
        desk.Type("=2{comment:1} =2");
        Assert.Single(desk.Submissions());
        desk.Operation(1, "=2{comment:1} =2", "me", 1);
        desk.Type("=4 +x");
        Assert.Empty(desk.Submissions());
        Assert.NotNull(desk.State.Held);
    }
}
