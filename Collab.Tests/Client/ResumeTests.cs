using Collab.Client.Documents;
using Collab.Client.Messages;

namespace Collab.Tests.Client;

/// <summary>A connection is lost, or a stay ends, and the session goes on without losing or doubling an edit.</summary>
public sealed class ResumeTests
{
    [Fact]
    public void A_lost_connection_is_resumed_from_the_own_revision_with_the_newest_token()
    {
        var desk = Desk.With("ab");
        desk.Operation(1, "=2 +c");
        desk.State.ConnectionLost();
        desk.State.ConnectionOpened();
        Assert.Equal(new ClientMessage.Join("d", "Me", null, "me", "token-me", 1), Assert.Single(desk.Sent()));
        desk.Joined(head: 1);
        Assert.Equal(DocumentPhase.Live, desk.State.Phase);
    }

    [Fact]
    public void An_outstanding_operation_that_was_not_applied_is_resubmitted_byte_for_byte_with_its_base()
    {
        var desk = Desk.With("ab");
        desk.Type("=2 +c");
        var first = Assert.Single(desk.Sent());
        desk.Type("=3 +d");
        desk.Operation(1, "+x =2");
        desk.State.ConnectionLost();
        desk.State.ConnectionOpened();
        desk.Joined(head: 2);
        Assert.Same(first, desk.Sent().OfType<ClientMessage.Submit>().Single());

        desk.Operations((2, "=3 +y", "other", 2), (3, "=4 +c", "me", 1));
        Assert.Equal("xabycd", desk.Text);
        Assert.Equal(["2@3 =5 +d"], desk.Submissions());
    }

    [Fact]
    public void An_outstanding_operation_that_was_applied_is_not_sent_again_and_recognised_in_the_stream()
    {
        var desk = Desk.With("ab");
        desk.Type("=2 +c");
        desk.Sent();
        desk.State.ConnectionLost();
        desk.State.ConnectionOpened();
        desk.Joined(head: 2, applied: 1, appliedAt: 2);
        Assert.Empty(desk.Sent().OfType<ClientMessage.Submit>());

        desk.Operations((1, "+x =2", "other", 1), (2, "=3 +c", "me", 1));
        Assert.True(desk.State.IsSaved);
        Assert.Equal("xabc", desk.Text);
    }

    [Fact]
    public void Edits_made_offline_go_as_one_operation_based_on_what_their_author_saw()
    {
        var desk = Desk.With("ab");
        desk.State.ConnectionLost();
        desk.Type("=2 +c");
        desk.Type("=3 +d");
        Assert.Empty(desk.Sent());
        desk.State.ConnectionOpened();
        desk.Joined(head: 2);
        Assert.Equal(["1@0 =2 +cd"], desk.Submissions());

        desk.Operations((1, "+x =2", "other", 1), (2, "=3 +y", "other", 2), (3, "=4 +cd", "me", 1));
        Assert.Equal("xabycd", desk.Text);
        Assert.True(desk.State.IsSaved);
    }

    [Fact]
    public void A_snapshot_takes_in_pending_edits_as_one_new_operation_under_a_new_sequence()
    {
        var desk = Desk.With("one two");
        desk.Type("=7 +!");
        desk.Type("=8 +?");
        desk.Sent();
        desk.State.ConnectionLost();
        desk.State.ConnectionOpened();
        desk.Sent();
        desk.Joined(snapshot: "one and two", at: 50);
        Assert.Equal("one and two!?", desk.Text);
        Assert.Equal(["2@50 =11 +!?"], desk.Submissions());

        // The first one's refusal, if it still comes, is about nothing any more.
        desk.Refused("submit", "sequence_stale", RefusalAction.GiveUp, sequence: 1);
        desk.Operation(51, "=11 +!?", "me", 2);
        Assert.True(desk.State.IsSaved);
        Assert.Equal(0, desk.State.CorrectionsTotal);
    }

    [Fact]
    public void A_snapshot_that_contains_the_outstanding_operation_acknowledges_it()
    {
        var desk = Desk.With("one two");
        desk.Type("=7 +!");
        desk.Type("=8 +?");
        desk.Sent();
        desk.State.ConnectionLost();
        desk.State.ConnectionOpened();
        desk.Sent();
        desk.Joined(snapshot: "one and two!", at: 50, applied: 1, appliedAt: 30);
        Assert.Equal("one and two!?", desk.Text);
        Assert.Equal(["2@50 =12 +?"], desk.Submissions());
        Assert.Single(desk.Events.OfType<DocumentEvent.Acknowledged>());
    }

    [Fact]
    public void An_outstanding_operation_that_the_log_has_after_the_snapshot_is_taken_as_the_log_has_it()
    {
        var desk = Desk.With("abcd");
        desk.Type("=2 -2");
        desk.Sent();
        desk.State.ConnectionLost();
        desk.State.ConnectionOpened();
        desk.Sent();

        // By the difference "cd" is gone and "cdx" new, so that nothing is left to delete. By the operations one by one, it was "cd" that stayed.
        desk.Joined(snapshot: "abXcdx", at: 50, head: 51, applied: 1, appliedAt: 51);
        desk.Operation(51, "=3 -2 =1", "me", 1);
        Assert.Equal("abXx", desk.Text);
        Assert.True(desk.State.IsSaved);
        Assert.Equal(1, desk.State.CorrectionsTotal);
    }

    [Fact]
    public void A_base_too_old_to_be_rebased_is_replaced_through_a_snapshot()
    {
        var desk = Desk.With("ab");
        desk.Type("=2 +c");
        desk.Sent();
        desk.Refused("submit", "revision_unavailable", RefusalAction.Resync, sequence: 1);
        desk.Wait(TimeSpan.FromSeconds(1));
        Assert.Null(Assert.Single(desk.Sent().OfType<ClientMessage.Join>()).Revision);

        // The snapshot may be too old itself, so nothing is sent before the head is reached.
        desk.Joined(snapshot: "xab", at: 9, head: 10);
        Assert.Empty(desk.Sent());
        desk.Operation(10, "+y =3");
        Assert.Equal(["2@10 =4 +c"], desk.Submissions());
    }

    [Fact]
    public void A_lease_that_moved_is_renewed_and_the_operation_resubmitted()
    {
        var desk = Desk.With("ab");
        desk.Type("=2 +c");
        var first = Assert.Single(desk.Sent());
        desk.Refused("submit", "not_admitted", RefusalAction.Resync, sequence: 1);
        desk.Wait(TimeSpan.FromSeconds(1));
        Assert.Equal(new ClientMessage.Join("d", "Me", null, "me", "token-me", 0), Assert.Single(desk.Sent()));
        desk.Joined();
        Assert.Same(first, Assert.Single(desk.Sent()));
    }

    [Fact]
    public void A_token_that_is_refused_leads_to_a_new_session_that_sends_what_the_log_does_not_have()
    {
        var desk = Desk.With("ab");
        desk.Type("=2 +c");
        desk.State.ConnectionLost();
        desk.State.ConnectionOpened();
        desk.Sent();
        desk.Refused("join", "token_invalid", RefusalAction.GiveUp);
        Assert.Equal(new ClientMessage.Join("d", "Me", null, null, null, 0), Assert.Single(desk.Sent()));
        desk.Joined(session: "me2", head: 1);
        Assert.Empty(desk.Sent());

        desk.Operation(1, "+x =2");
        Assert.Equal(["1@1 =3 +c"], desk.Submissions());
    }

    [Fact]
    public void A_token_that_is_refused_leads_to_a_new_session_that_recognises_what_the_log_has()
    {
        var desk = Desk.With("ab");
        desk.Type("=2 +c");
        desk.State.ConnectionLost();
        desk.State.ConnectionOpened();
        desk.Refused("join", "token_invalid", RefusalAction.GiveUp);
        desk.Joined(session: "me2", head: 1);
        desk.Sent();

        desk.Operation(1, "=2 +c", "me", 1);
        Assert.Empty(desk.Sent());
        Assert.True(desk.State.IsSaved);
        desk.Type("=3 +d");
        Assert.Equal(["1@1 =3 +d"], desk.Submissions());
    }

    [Fact]
    public void Of_two_joins_on_one_connection_only_the_answer_to_the_newer_counts()
    {
        var desk = Desk.With("ab");
        desk.Type("=2 +c");
        desk.Hear(new ServerMessage.Closed("d", "token_expired", RefusalAction.Authenticate));
        desk.State.Authenticated();
        // Something sent before is refused only now, for another token that ended meanwhile.
        desk.Refused("quality", "unauthenticated", RefusalAction.Authenticate);
        desk.State.Authenticated();
        Assert.Equal(2, desk.Sent().OfType<ClientMessage.Join>().Count());
        desk.Refused("join", "token_invalid", RefusalAction.GiveUp);
        Assert.Empty(desk.Sent());
        desk.Refused("join", "token_invalid", RefusalAction.GiveUp);
        Assert.Equal(new ClientMessage.Join("d", "Me", null, null, null, 0), Assert.Single(desk.Sent()));
        desk.Joined(session: "me2");
        Assert.Equal(["1@0 =2 +c"], desk.Submissions());
    }

    [Fact]
    public void An_answer_that_can_not_be_read_does_not_stand_for_the_next()
    {
        var desk = new Desk();
        desk.State.ConnectionOpened();
        desk.Sent();
        desk.HearUnreadableAnswer();
        desk.Wait(TimeSpan.FromSeconds(1));
        Assert.Single(desk.Sent().OfType<ClientMessage.Join>());
        desk.Joined(snapshot: "ab");
        Assert.Equal(DocumentPhase.Live, desk.State.Phase);
        Assert.Equal("ab", desk.Text);
    }

    [Fact]
    public void A_stay_that_the_server_ends_is_resumed_or_over()
    {
        var desk = Desk.With("ab");
        desk.Hear(new ServerMessage.Closed("d", "server_shutdown", RefusalAction.Resync));
        desk.Wait(TimeSpan.FromSeconds(1));
        Assert.Single(desk.Sent().OfType<ClientMessage.Join>());
        desk.Joined();

        desk.Hear(new ServerMessage.Closed("d", "kicked", RefusalAction.GiveUp));
        Assert.Empty(desk.Sent());
        Assert.Equal("kicked", Assert.Single(desk.Events.OfType<DocumentEvent.Closed>()).Reason);
        Assert.Throws<InvalidOperationException>(() => desk.Type("=2 +c"));
    }

    [Fact]
    public void A_join_that_nobody_answers_is_not_repeated_but_puts_the_connection_in_doubt()
    {
        var desk = new Desk();
        desk.State.ConnectionOpened();
        desk.Sent();
        Assert.False(desk.State.IsUnanswered);
        desk.Wait(DocumentState.JoinTimeout);
        Assert.Empty(desk.Sent());
        Assert.True(desk.State.IsUnanswered);

        desk.State.ConnectionLost();
        desk.State.ConnectionOpened();
        Assert.False(desk.State.IsUnanswered);
    }

    [Fact]
    public void A_document_that_is_not_there_closes()
    {
        var desk = new Desk();
        desk.State.ConnectionOpened();
        desk.Refused("join", "document_not_found", RefusalAction.GiveUp);
        desk.Sent();
        Assert.Equal("document_not_found", Assert.Single(desk.Events.OfType<DocumentEvent.Closed>()).Reason);
    }
}
