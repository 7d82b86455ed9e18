using Collab.Client.Documents;
using Collab.Client.Messages;
using Collab.Operations.Deltas;

namespace Collab.Tests.Client;

/// <summary>How stays end that are not over: idle, without a token, taken by another connection; and what is said too often.</summary>
public sealed class StayTests
{
    [Theory]
    [InlineData("edit")]
    [InlineData("selection")]
    [InlineData("look")]
    public void An_idle_session_comes_back_with_the_next_sign_of_life(string sign)
    {
        var desk = Desk.With("ab");
        desk.Closed("inactive_timeout", RefusalAction.Resync);
        Assert.Equal(DocumentPhase.Idle, desk.State.Phase);
        desk.Wait(TimeSpan.FromMinutes(5));
        // A new connection is no reason to come back.
        desk.State.ConnectionLost();
        desk.State.ConnectionOpened();
        Assert.Empty(desk.Sent());

        if (sign == "edit")
            desk.Type("=2 +c");
        else if (sign == "selection")
            desk.State.ShowPresence(new Selection(1, 1), isTyping: false);
        else
            desk.State.Wake();
        Assert.Equal("token-me", Assert.Single(desk.Sent().OfType<ClientMessage.Join>()).Token);
        desk.Joined(head: 0);
        Assert.Equal(DocumentPhase.Live, desk.State.Phase);
        Assert.Equal(sign == "edit" ? ["1@0 =2 +c"] : [], desk.Submissions());
    }

    [Fact]
    public void A_session_called_idle_while_an_edit_is_on_its_way_comes_back_by_itself()
    {
        var desk = Desk.With("ab");
        desk.Type("=2 +c");
        desk.Sent();
        desk.Closed("inactive_timeout", RefusalAction.Resync);
        desk.Wait(TimeSpan.FromSeconds(1));
        Assert.Single(desk.Sent().OfType<ClientMessage.Join>());
    }

    [Fact]
    public void A_token_that_ended_costs_nothing()
    {
        var desk = Desk.With("ab");
        desk.Type("=2 +c");
        var first = Assert.Single(desk.Sent());
        desk.Closed("token_expired", RefusalAction.Authenticate);
        desk.Type("=3 +d");
        desk.Wait(TimeSpan.FromMinutes(1));
        Assert.Equal(DocumentPhase.Unauthenticated, desk.State.Phase);
        Assert.Empty(desk.Sent());

        desk.State.Authenticated();
        Assert.Equal("token-me", Assert.Single(desk.Sent().OfType<ClientMessage.Join>()).Token);
        desk.Refused("join", "unauthenticated", RefusalAction.Authenticate);
        desk.State.SignedOut("unauthenticated", "No.");
        Assert.Equal(DocumentPhase.Unauthenticated, desk.State.Phase);
        desk.State.Authenticated();
        desk.Sent();
        desk.Joined(head: 0);
        Assert.Same(first, Assert.Single(desk.Sent().OfType<ClientMessage.Submit>()));
        Assert.Equal("abcd", desk.Text);
    }

    [Fact]
    public void A_document_of_which_nothing_is_here_is_refused_when_nobody_is_known()
    {
        var desk = new Desk();
        desk.State.SignedOut(null, "The back end is away.");
        Assert.Equal(DocumentPhase.Offline, desk.State.Phase);
        desk.State.SignedOut("unauthenticated", "No.");
        Assert.Equal(DocumentPhase.Closed, desk.State.Phase);
    }

    [Fact]
    public void Two_connections_do_not_take_a_session_from_each_other()
    {
        var desk = Desk.With("ab");
        desk.Type("=2 +c");
        desk.Type("=3 +d");
        desk.Sent();
        desk.Closed("superseded", RefusalAction.Resync);
        desk.Wait(TimeSpan.FromSeconds(1));
        var join = Assert.Single(desk.Sent().OfType<ClientMessage.Join>());
        Assert.Equal((null, null, 0L), (join.Session, join.Token, join.Revision));

        // What had been sent is in the log after all, under the session that is gone; it is not sent again.
        desk.Joined(head: 1, session: "new");
        desk.Operation(1, "=2 +c", "me", 1);
        Assert.Equal(["1@1 =3 +d"], desk.Submissions());
        Assert.Equal("abcd", desk.Text);
    }

    [Fact]
    public void Presence_that_came_too_often_is_shown_later()
    {
        var desk = Desk.With("ab");
        desk.State.ShowPresence(new Selection(1, 1), isTyping: false);
        Assert.Single(desk.Sent().OfType<ClientMessage.Presence>());
        desk.Refused("presence", "rate_limited", RefusalAction.Retry, retryAfter: 500);
        desk.Wait(TimeSpan.FromMilliseconds(400));
        Assert.Empty(desk.Sent());
        desk.Wait(TimeSpan.FromMilliseconds(200));
        Assert.Equal(1, Assert.Single(desk.Sent().OfType<ClientMessage.Presence>()).Selection!.Value.Head);
    }

    [Fact]
    public void Of_very_many_people_the_number_is_known()
    {
        var desk = Desk.With("ab");
        Assert.Equal(1, desk.State.PresenceCount);
        desk.Hear(new ServerMessage.Presences("d", [desk.Selection("other", 0, 0, 0) with { Subject = "ann" }], []) { Count = 4000 });
        Assert.Equal(4000, desk.State.PresenceCount);
        Assert.Equal("ann", Assert.Single(desk.State.Others).Subject);
    }

    [Fact]
    public void Quality_is_reported_to_a_server_that_knows_of_it()
    {
        var desk = Desk.With("ab");
        desk.Wait(TimeSpan.FromSeconds(1));
        desk.Sent();
        var first = Assert.Single(desk.Reports);
        Assert.Null(first.RoundTrip);
        desk.Wait(TimeSpan.FromMilliseconds(40));
        desk.Hear(new ServerMessage.Measured("d", first.Sent, 1));
        desk.Operation(1, "+x =2");
        desk.Wait(TimeSpan.FromSeconds(9.96));
        desk.Sent();
        var second = desk.Reports[^1];
        Assert.Equal((40, 0, 0.1), (second.RoundTrip, second.Jitter, second.UpdateRate));

        desk.Refused("?", "malformed", RefusalAction.GiveUp);
        desk.Wait(TimeSpan.FromMinutes(1));
        desk.Sent();
        Assert.Equal(2, desk.Reports.Count);
    }
}
