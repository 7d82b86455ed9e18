using Collab.Client.Documents;
using Collab.Client.Messages;

namespace Collab.Tests.Client;

/// <summary>The state machine of <c>docs/protocol.md</c> on the line, row by row: synchronized, outstanding, outstanding with buffer.</summary>
public sealed class DocumentStateTests
{
    [Fact]
    public void A_new_client_asks_for_a_snapshot_and_shows_it()
    {
        var desk = new Desk();
        desk.State.ConnectionOpened();
        Assert.Equal(new ClientMessage.Join("d", "Me", null, null, null, null), Assert.Single(desk.Sent()));

        desk.Joined(snapshot: "hello", at: 7);
        Assert.Empty(desk.Sent());
        Assert.Equal(("hello", 7, DocumentPhase.Live), (desk.Text, desk.State.Revision, desk.State.Phase));
        Assert.Single(desk.Events.OfType<DocumentEvent.Loaded>());
    }

    [Fact]
    public void An_edit_when_synchronized_is_sent_at_once()
    {
        var desk = Desk.With("ab");
        desk.Type("=2 +c");
        Assert.Equal(["1@0 =2 +c"], desk.Submissions());
        Assert.Equal("abc", desk.Text);
        Assert.False(desk.State.IsSaved);
    }

    [Fact]
    public void Edits_while_one_is_outstanding_are_composed_and_follow_as_one()
    {
        var desk = Desk.With("");
        desk.Type("+a");
        desk.Type("=1 +b");
        desk.Type("=2 +c");
        Assert.Equal(["1@0 +a"], desk.Submissions());

        desk.Operation(1, "+a", "me", 1);
        Assert.Equal(["2@1 =1 +bc"], desk.Submissions());

        desk.Operation(2, "=1 +bc", "me", 2);
        Assert.Empty(desk.Sent());
        Assert.True(desk.State.IsSaved);
        Assert.Equal([false, true], desk.Events.OfType<DocumentEvent.Acknowledged>().Select(acknowledged => acknowledged.IsSaved));
    }

    [Fact]
    public void It_is_told_which_edits_went_out_as_which_operation()
    {
        var desk = Desk.With("");
        desk.Type("+a");
        desk.Type("=1 +b");
        desk.Type("=2 +c");
        desk.Operation(1, "+a", "me", 1);
        // The fourth and fifth come to nothing together, while the second and third are on their way.
        desk.Type("=3 +d");
        desk.Type("=3 -1");
        desk.Operation(2, "=1 +bc", "me", 2);
        desk.Type("=3 +e");
        desk.Sent();
        Assert.Equal([("me", 1, 1, 1), ("me", 2, 2, 3), ("me", 3, 6, 6)], Submitted(desk));

        // It did not arrive, and a snapshot has taken the place of what it was based on: it goes out again, with what was typed meanwhile.
        desk.State.ConnectionLost();
        desk.Type("=4 +f");
        desk.State.ConnectionOpened();
        desk.Joined(snapshot: "abcd", at: 9, applied: 2, appliedAt: 2);
        desk.Sent();
        Assert.Equal(("me", 4, 6, 7), Submitted(desk)[^1]);
    }

    [Fact]
    public void A_buffer_that_comes_to_nothing_is_not_sent()
    {
        var desk = Desk.With("x");
        desk.Type("=1 +a");
        desk.Type("=2 +b");
        desk.Type("=2 -1");
        desk.Sent();
        desk.Operation(1, "=1 +a", "me", 1);
        Assert.Empty(desk.Sent());
        Assert.True(desk.State.IsSaved);
    }

    [Fact]
    public void An_operation_of_others_is_applied_when_synchronized()
    {
        var desk = Desk.With("ab");
        desk.Operation(1, "=1 +xy =1");
        Assert.Equal("axyb", desk.Text);
        desk.Sent();
        var changed = Assert.Single(desk.Events.OfType<DocumentEvent.Changed>());
        Assert.Equal((ChangeOrigin.Remote, 1L), (changed.Origin, changed.Operation!.Revision));
    }

    [Fact]
    public void What_the_log_holds_first_stands_left_of_what_is_pending()
    {
        var desk = Desk.With("ab");
        desk.Type("=1 +M =1");
        desk.Type("=2 +N =1");
        desk.Operation(1, "=1 +x =1");
        Assert.Equal("axMNb", desk.Text);

        // The outstanding one is resubmitted as it was; the buffer goes on what the log has by then.
        desk.Operation(2, "=2 +M =1", "me", 1);
        Assert.Equal(["1@0 =1 +M =1", "2@2 =3 +N =1"], desk.Submissions());
        desk.Operation(3, "=3 +N =1", "me", 2);
        Assert.Equal("axMNb", desk.Text);
        Assert.Equal(0, desk.State.CorrectionsTotal);
    }

    [Fact]
    public void A_format_that_is_pending_wins_over_one_that_comes_in()
    {
        var desk = Desk.WithRichText("+ab");
        desk.Type("=2{color:red}");
        desk.Operation(1, "=2{color:blue}");
        Assert.Equal("""[{"insert":"ab","attributes":{"color":"red"}}]""", Operations.Notation.Json(desk.State.Content!));
        desk.Operation(2, "=2{color:red}", "me", 1);
        Assert.Equal(0, desk.State.CorrectionsTotal);
        Assert.True(desk.State.IsSaved);
    }

    [Fact]
    public void Operations_at_or_below_the_own_revision_are_skipped()
    {
        var desk = Desk.With("");
        desk.Operation(1, "+a");
        desk.Operations((1, "+a", "other", 1), (2, "=1 +b", "other", 2));
        Assert.Equal(("ab", 2), (desk.Text, desk.State.Revision));
    }

    [Fact]
    public void A_gap_is_answered_with_one_read_until_it_is_filled()
    {
        var desk = Desk.With("");
        desk.Operation(3, "=2 +c", sequence: 3);
        desk.Operation(4, "=3 +d", sequence: 4);
        Assert.Equal([new ClientMessage.Read("d", 0)], desk.Sent());
        Assert.Equal("", desk.Text);

        desk.Operations((1, "+a", "other", 1), (2, "=1 +b", "other", 2), (3, "=2 +c", "other", 3), (4, "=3 +d", "other", 4));
        Assert.Equal("abcd", desk.Text);
        desk.Wait(OutgoingEdits.AnswerTimeout);
        Assert.Empty(desk.Sent().OfType<ClientMessage.Read>());
    }

    [Fact]
    public void A_read_that_nobody_answers_is_repeated()
    {
        var desk = Desk.With("");
        desk.Operation(3, "=2 +c");
        desk.Sent();
        desk.Wait(OutgoingEdits.AnswerTimeout);
        Assert.Equal([new ClientMessage.Read("d", 0)], desk.Sent());
    }

    [Fact]
    public void A_submission_that_nobody_answers_is_repeated_byte_for_byte()
    {
        var desk = Desk.With("ab");
        desk.Type("=2 +c");
        var first = Assert.Single(desk.Sent());
        desk.Operation(1, "+x =2");
        desk.Wait(OutgoingEdits.AnswerTimeout);
        Assert.Same(first, Assert.Single(desk.Sent()));
    }

    [Fact]
    public void An_acknowledgement_ahead_of_the_stream_makes_the_client_read()
    {
        var desk = Desk.With("");
        desk.Type("+a");
        desk.Sent();
        desk.Hear(new ServerMessage.Acknowledged("d", 1, 2));
        Assert.Equal([new ClientMessage.Read("d", 0)], desk.Sent());

        desk.Operations((1, "+x", "other", 1), (2, "=1 +a", "me", 1));
        Assert.True(desk.State.IsSaved);
        Assert.Equal("xa", desk.Text);
    }

    [Fact]
    public void An_edit_for_content_of_another_length_changes_nothing()
    {
        var desk = Desk.With("ab");
        Assert.Throws<Collab.Operations.LengthMismatchException>(() => desk.Type("=3 +c"));
        Assert.Equal("ab", desk.Text);
        Assert.Empty(desk.Sent());
        Assert.True(desk.State.IsSaved);
    }

    [Fact]
    public void An_operation_that_does_not_fit_is_divergence_and_healed_by_a_snapshot()
    {
        var desk = Desk.With("ab");
        desk.Type("=2 +c");
        desk.Operation(1, "=9 +x");
        desk.Wait(TimeSpan.FromSeconds(1));
        Assert.Single(desk.Sent().OfType<ClientMessage.Join>(), join => join.Revision is null && join.Session == "me");
        Assert.Single(desk.Events.OfType<DocumentEvent.Diverged>());

        desk.Joined(snapshot: "123456789x", at: 1);
        Assert.Equal("123456789xc", desk.Text);
        Assert.Equal(["2@1 =10 +c"], desk.Submissions());
    }

    [Fact]
    public void Content_is_checked_now_and_then_when_synchronized()
    {
        var desk = Desk.With("ab");
        desk.Operation(1, "=2 +c");
        desk.Wait(DocumentState.CheckInterval);
        Assert.Equal([new ClientMessage.Check("d", 1, Operations.Notation.Document("abc").Hash())], desk.Sent());
        desk.Wait(DocumentState.CheckInterval);
        Assert.Empty(desk.Sent());

        desk.Operation(2, "=3 +d", sequence: 2);
        desk.Type("=4 +e");
        desk.Sent();
        desk.Wait(TimeSpan.FromSeconds(1));
        Assert.Empty(desk.Sent());
    }

    [Fact]
    public void A_mismatch_is_healed_by_a_snapshot_even_of_an_earlier_revision()
    {
        var desk = Desk.With("ab");
        desk.Operation(1, "=2 +c");
        desk.Refused("check", "content_mismatch", RefusalAction.Resync);
        desk.Wait(TimeSpan.FromSeconds(1));
        Assert.Null(Assert.Single(desk.Sent().OfType<ClientMessage.Join>()).Revision);

        desk.Joined(snapshot: "AB", at: 0, head: 1);
        desk.Operation(1, "=2 +C");
        Assert.Equal(("ABC", 1), (desk.Text, desk.State.Revision));
    }

    private static (string Session, long Sequence, long FirstEdit, long LastEdit)[] Submitted(Desk desk) =>
        [.. desk.Events.OfType<DocumentEvent.Submitted>().Select(submitted => (submitted.Session, submitted.Sequence, submitted.FirstEdit, submitted.LastEdit))];
}
