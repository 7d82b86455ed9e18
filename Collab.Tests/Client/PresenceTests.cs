using System.Runtime.CompilerServices;
using Collab.Client.Documents;
using Collab.Client.Messages;
using Collab.Client.Presence;
using Collab.Operations.Deltas;
using Collab.Operations.Text;

namespace Collab.Tests.Client;

/// <summary>Selections travel with the text, on both sides.</summary>
public sealed class PresenceTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(60);

    [Fact]
    public void A_selection_of_others_moves_with_operations_and_pending_edits()
    {
        var desk = Desk.With("abcdef");
        desk.Hear(new ServerMessage.Presences("d", [desk.Selection("you", 0, 2, 4)], []));
        desk.Operation(1, "+xx =6");
        desk.Type("=3 +yyy =5");
        Assert.Equal(new Selection(7, 9), Assert.Single(desk.State.Others).Selection);
    }

    [Fact]
    public void A_selection_from_the_future_waits_for_its_revision()
    {
        var desk = Desk.With("ab");
        desk.Hear(new ServerMessage.Presences("d", [desk.Selection("you", 1, 3, 3)], []));
        Assert.Null(Assert.Single(desk.State.Others).Selection);
        desk.Operation(1, "=2 +c");
        Assert.Equal(new Selection(3, 3), Assert.Single(desk.State.Others).Selection);
    }

    [Fact]
    public void A_selection_from_the_past_is_moved_over_what_came_since()
    {
        var desk = Desk.With("ab");
        desk.Operation(1, "+x =2");
        desk.Hear(new ServerMessage.Presences("d", [desk.Selection("you", 0, 1, 1)], []));
        Assert.Equal(new Selection(2, 2), Assert.Single(desk.State.Others).Selection);
    }

    [Fact]
    public void A_caret_is_pushed_by_its_own_typing_and_not_by_that_of_others()
    {
        var desk = Desk.With("ab");
        desk.Hear(new ServerMessage.Presences("d", [desk.Selection("you", 0, 1, 1), desk.Selection("she", 0, 1, 1)], []));
        desk.Operation(1, "=1 +xyz =1", session: "you");
        Assert.Equal([("she", 1), ("you", 4)], desk.State.Others.Select(other => (other.Session, other.Selection!.Value.Head)).Order());
    }

    [Fact]
    public void Selections_survive_more_operations_than_are_remembered()
    {
        var desk = Desk.With("");
        desk.Hear(new ServerMessage.Presences("d", [desk.Selection("you", 0, 0, 0)], []));
        for (int i = 0; i < 1000; i++)
            desk.Operation(i + 1, i == 0 ? "+x" : $"+x ={i}", session: "you", sequence: i + 1);
        Assert.Equal(new Selection(1000, 1000), Assert.Single(desk.State.Others).Selection);
    }

    [Fact]
    public void Pastes_are_not_kept_in_memory_for_the_sake_of_selections()
    {
        var board = new PresenceBoard(TextKind.Instance);
        WeakReference[] pastes = [.. Enumerable.Range(1, 50).Select(revision => Paste(board, revision))];
        GC.Collect();
        Assert.InRange(pastes.Count(paste => paste.IsAlive), 1, 4);
        GC.KeepAlive(board);
    }

    [Fact]
    public void Who_left_is_gone_and_so_is_everybody_without_a_connection()
    {
        var desk = Desk.With("ab");
        desk.Hear(new ServerMessage.Presences("d", [desk.Selection("you", 0, 1, 1), desk.Selection("she", 0, 1, 1), desk.Selection("me", 0, 1, 1)], []));
        desk.Hear(new ServerMessage.Presences("d", [], ["you"]));
        Assert.Equal("she", Assert.Single(desk.State.Others).Session);
        desk.State.ConnectionLost();
        Assert.Empty(desk.State.Others);
    }

    [Fact]
    public void The_own_selection_is_sent_as_the_others_know_the_text()
    {
        var desk = Desk.With("abcd");
        desk.Type("+xx =4");
        desk.Type("=6 +y");
        desk.Sent();
        desk.State.ShowPresence(new Selection(4, 7), isTyping: true);
        Assert.Equal([new ClientMessage.Presence("d", 0, new Selection(2, 4), true, false)], desk.Sent());
    }

    [Fact]
    public void Presence_is_sent_at_most_every_fifty_milliseconds_and_the_latest_wins()
    {
        var desk = Desk.With("abcd");
        for (int i = 0; i < 4; i++)
            desk.State.ShowPresence(new Selection(i, i), false);
        Assert.Equal(0, Assert.IsType<ClientMessage.Presence>(Assert.Single(desk.Sent())).Selection!.Value.Head);
        desk.Wait(Interval);
        Assert.Equal(3, Assert.IsType<ClientMessage.Presence>(Assert.Single(desk.Sent())).Selection!.Value.Head);
        desk.Wait(Interval);
        Assert.Empty(desk.Sent());
    }

    [Fact]
    public void Presence_is_shown_again_after_a_reconnect_where_the_text_has_moved_it()
    {
        var desk = Desk.With("abcd");
        desk.State.ShowPresence(new Selection(2, 2), false);
        desk.State.ConnectionLost();
        desk.State.ConnectionOpened();
        desk.Joined(head: 1);
        desk.Sent();
        desk.Operation(1, "+x =4");
        desk.Wait(Interval);
        Assert.Equal([new ClientMessage.Presence("d", 1, new Selection(3, 3), false, false)], desk.Sent());
    }

    [Fact]
    public void A_selection_from_before_the_snapshot_is_not_shown_at_a_guess_until_it_is_said_anew()
    {
        var desk = new Desk();
        desk.State.ConnectionOpened();
        desk.Joined(snapshot: "abcdef", at: 5);
        desk.Hear(new ServerMessage.Presences("d", [desk.Selection("you", 3, 2, 4)], []));
        Assert.Null(Assert.Single(desk.State.Others).Selection);
        desk.Operation(6, "+xx =6");
        Assert.Null(Assert.Single(desk.State.Others).Selection);
        desk.Hear(new ServerMessage.Presences("d", [desk.Selection("you", 5, 2, 4)], []));
        Assert.Equal(new Selection(4, 6), Assert.Single(desk.State.Others).Selection);
    }

    [Fact]
    public void Who_comes_later_is_told_where_the_selection_is_now_and_many_are_told_at_once()
    {
        var desk = Desk.With("abcd");
        desk.State.ShowPresence(new Selection(2, 2), false);
        desk.Sent();
        desk.Wait(Interval);
        desk.Hear(new ServerMessage.Presences("d", [desk.Selection("early", 0, 0, 0)], []));
        Assert.Empty(desk.Sent());
        desk.Operation(1, "+x =4");
        for (int i = 0; i < 5; i++)
        {
            desk.Hear(new ServerMessage.Presences("d", [desk.Selection($"late-{i}", 1, 0, 0)], []));
            desk.Wait(Interval);
        }

        Assert.Equal([new ClientMessage.Presence("d", 1, new Selection(3, 3), false, false)], desk.Sent());
    }

    [Fact]
    public void Cleared_presence_is_sent_once()
    {
        var desk = Desk.With("abcd");
        desk.State.ClearPresence();
        Assert.Empty(desk.Sent());
        desk.State.ShowPresence(new Selection(2, 2), false);
        desk.State.ClearPresence();
        desk.Wait(Interval);
        Assert.Equal([false, true], desk.Sent().Cast<ClientMessage.Presence>().Select(presence => presence.IsCleared));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Paste(PresenceBoard board, long revision)
    {
        var paste = new Operation(revision, "you", revision, null, default, new DeltaBuilder(DeltaForm.Text).Insert(new string('x', 100_000)).Build(), []) { Bytes = 100_000 };
        board.Advance(paste);
        return new WeakReference(paste);
    }
}
