using Collab.Client.Documents;
using Collab.Client.Messages;

namespace Collab.Tests.Client;

/// <summary>The server says no to a submission: retry, resync (see <see cref="ResumeTests"/>), give up.</summary>
public sealed class RefusalTests
{
    [Fact]
    public void Retry_sends_the_same_again_when_the_server_said()
    {
        var desk = Desk.With("ab");
        desk.Type("=2 +c");
        var first = Assert.Single(desk.Sent());
        desk.Refused("submit", "storage_unavailable", RefusalAction.Retry, sequence: 1, retryAfter: 2000);
        desk.Wait(TimeSpan.FromMilliseconds(1900));
        Assert.Empty(desk.Sent());
        desk.Wait(TimeSpan.FromMilliseconds(200));
        Assert.Same(first, Assert.Single(desk.Sent()));
    }

    [Fact]
    public void Retries_without_a_time_back_off()
    {
        var desk = Desk.With("ab");
        desk.Type("=2 +c");
        desk.Sent();
        var delays = new List<int>();
        for (int attempt = 0; attempt < 6; attempt++)
        {
            desk.Refused("submit", "overloaded", RefusalAction.Retry, sequence: 1);
            int steps = 0;
            for (; desk.Sent().Count == 0; steps++)
                desk.Wait(TimeSpan.FromMilliseconds(10));
            delays.Add(steps * 10);
        }

        Assert.InRange(delays[0], 90, 220);
        Assert.InRange(delays[^1], 3000, 6500);
    }

    [Fact]
    public void Give_up_takes_the_edit_back_and_keeps_what_was_typed_after_it()
    {
        var desk = Desk.With("ab");
        desk.Type("=1 +MM =1");
        desk.Type("=4 +n");
        desk.Operation(1, "+x =2");
        desk.Sent();
        Assert.Equal("xaMMbn", desk.Text);

        desk.Refused("submit", "conflict", RefusalAction.GiveUp, sequence: 1);
        Assert.Equal("xabn", desk.Text);
        Assert.Equal(["2@1 =3 +n"], desk.Submissions());
        Assert.Equal("conflict", Assert.Single(desk.Events.OfType<DocumentEvent.EditRefused>()).Refusal.Reason);
        Assert.Single(desk.Events.OfType<DocumentEvent.Changed>(), changed => changed.Origin == ChangeOrigin.Undone);
    }

    [Fact]
    public void Give_up_brings_back_what_the_edit_deleted()
    {
        var desk = Desk.With("abcd");
        desk.Type("=1 -2 =1");
        desk.Type("=1 +n =1");
        desk.Sent();
        desk.Refused("submit", "document_too_long", RefusalAction.GiveUp, sequence: 1);
        Assert.Equal("abcnd", desk.Text);
        Assert.Equal(["2@0 =3 +n =1"], desk.Submissions());
    }

    [Fact]
    public void An_edit_given_up_that_was_applied_after_all_is_taken_like_anybody_elses()
    {
        var desk = Desk.With("ab");
        desk.Type("=2 +c");
        desk.Sent();
        desk.Refused("submit", "document_too_long", RefusalAction.GiveUp, sequence: 1);
        Assert.Equal("ab", desk.Text);
        desk.Operation(1, "=2 +c", "me", 1);
        Assert.Equal("abc", desk.Text);
        Assert.True(desk.State.IsSaved);
    }

    [Fact]
    public void A_refusal_of_an_operation_that_was_settled_is_ignored()
    {
        var desk = Desk.With("ab");
        desk.Type("=2 +c");
        desk.Operation(1, "=2 +c", "me", 1);
        desk.Type("=3 +d");
        desk.Refused("submit", "overloaded", RefusalAction.GiveUp, sequence: 1);
        Assert.Equal("abcd", desk.Text);
    }

    [Fact]
    public void A_delta_over_the_servers_limit_is_given_up_before_it_is_sent()
    {
        var desk = new Desk();
        desk.State.ConnectionOpened();
        desk.Joined(snapshot: "", operationBytes: 1000);
        desk.Sent();
        desk.Type("+" + new string('x', 2000));
        Assert.Empty(desk.Sent().OfType<ClientMessage.Submit>());
        Assert.Equal("", desk.Text);
        Assert.Equal("operation_too_large", Assert.Single(desk.Events.OfType<DocumentEvent.EditRefused>()).Refusal.Reason);
    }

    [Fact]
    public void A_refused_join_is_asked_again_later()
    {
        var desk = new Desk();
        desk.State.ConnectionOpened();
        desk.Sent();
        desk.Refused("join", "storage_unavailable", RefusalAction.Retry, retryAfter: 300);
        desk.Wait(TimeSpan.FromMilliseconds(200));
        Assert.Empty(desk.Sent());
        desk.Wait(TimeSpan.FromMilliseconds(200));
        Assert.Single(desk.Sent().OfType<ClientMessage.Join>());
    }

    [Fact]
    public void An_edit_refused_while_the_log_is_away_is_settled_when_it_comes_back_on_the_stream()
    {
        var desk = Desk.With("ab");
        desk.Type("=2 +c");
        desk.Refused("submit", "storage_unavailable", RefusalAction.Retry, sequence: 1, retryAfter: 2000);
        desk.Type("=3 +d");
        desk.Sent();

        // The authority kept it and made it durable before the client asked again.
        desk.Operation(1, "=2 +c", "me", 1);
        Assert.Equal(["2@1 =3 +d"], desk.Submissions());
        desk.Refused("submit", "storage_unavailable", RefusalAction.Retry, sequence: 1, retryAfter: 10);
        desk.Wait(TimeSpan.FromSeconds(3));
        Assert.Empty(desk.Submissions());
        desk.Operation(2, "=3 +d", "me", 2);
        Assert.True(desk.State.IsSaved);
    }

    [Fact]
    public void An_edit_sent_again_that_has_become_durable_meanwhile_is_acknowledged_once()
    {
        var desk = Desk.With("ab");
        desk.Type("=2 +c");
        desk.Sent();
        desk.Refused("submit", "storage_unavailable", RefusalAction.Retry, sequence: 1, retryAfter: 100);
        desk.Wait(TimeSpan.FromMilliseconds(200));
        Assert.Equal(["1@0 =2 +c"], desk.Submissions());
        desk.Operation(1, "=2 +c", "me", 1);
        desk.Hear(new ServerMessage.Acknowledged("d", 1, 1));
        Assert.Empty(desk.Sent().OfType<ClientMessage.Join>());
        Assert.Equal(("abc", true), (desk.Text, desk.State.IsSaved));
        Assert.Single(desk.Events.OfType<DocumentEvent.Acknowledged>());
    }

    [Fact]
    public void Joins_refused_during_an_outage_keep_the_edits_and_are_asked_again_when_the_server_said()
    {
        var desk = Desk.With("ab");
        desk.Type("=2 +c");
        var first = Assert.Single(desk.Sent());
        desk.State.ConnectionLost();
        desk.State.ConnectionOpened();
        desk.Sent();
        for (int i = 0; i < 5; i++)
        {
            desk.Refused("join", "storage_unavailable", RefusalAction.Retry, retryAfter: 700);
            Assert.Equal(DocumentPhase.Joining, desk.State.Phase);
            desk.Type($"={3 + i} +{i}");
            desk.Wait(TimeSpan.FromMilliseconds(600));
            Assert.Empty(desk.Sent());
            desk.Wait(TimeSpan.FromMilliseconds(200));
            Assert.Single(desk.Sent().OfType<ClientMessage.Join>());
            Assert.False(desk.State.IsUnanswered);
        }

        desk.Joined(head: 0);
        Assert.Equal("abc01234", desk.Text);
        Assert.Same(first, desk.Sent().OfType<ClientMessage.Submit>().Single());
        desk.Operation(1, "=2 +c", "me", 1);
        Assert.Equal(["2@1 =3 +01234"], desk.Submissions());
    }
}
