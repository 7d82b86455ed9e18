using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Collab.Contracts;
using Collab.Contracts.Access;
using Collab.Contracts.Documents;
using Collab.Contracts.Refusals;
using Collab.Contracts.Sessions;
using Collab.Tests.Operations;
using Collab.Web;
using Collab.Web.Messages;

namespace Collab.Tests.Wire;

/// <summary>What a host makes of what only a newer silo says, and of what an older one does not.</summary>
public sealed class NewerPeerTests
{
    private static readonly RefusalReason Unheard = (RefusalReason)1_000;

    [Fact]
    public void A_reason_that_this_build_does_not_know_loses_nothing()
    {
        Assert.Equal(("unknown", "retry"), (Unheard.Code(), Unheard.Action()));
        string refused = Text(ServerMessages.Refused(new DocumentId("d"), "submit", 1, new Refusal(Unheard, "Something new.")));
        Assert.Contains("\"reason\":\"unknown\",\"action\":\"retry\"", refused, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_reason_has_the_code_and_the_action_that_the_protocol_says()
    {
        var rows = File.ReadLines(Path.Combine(Repository.Root, "docs", "protocol.md"))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length > 3 && cells[2] is "retry" or "resync" or "authenticate" or "give_up")
            .SelectMany(cells => cells[1].Split(", ").Select(code => (Code: code.Trim('`'), Action: cells[2])))
            .ToDictionary(row => row.Code, row => row.Action);
        foreach (var reason in Enum.GetValues<RefusalReason>())
            Assert.Equal(rows[reason.Code()], reason.Action());
        Assert.Equal(rows["unknown"], Unheard.Action());
    }

    [Fact]
    public void A_session_that_was_closed_for_an_unknown_reason_comes_back_and_is_told_then() =>
        Assert.Contains("\"action\":\"resync\"", Text(ServerMessages.Closed(new DocumentId("d"), (SessionCloseReason)1_000)), StringComparison.Ordinal);

    [Theory]
    [InlineData(true, "\"operationBytes\":2048,\"documentLength\":4096")]
    [InlineData(false, "\"operationBytes\":524288,\"documentLength\":16777216")]
    public void Clients_are_told_the_authority_s_limits_and_its_defaults_where_an_older_one_does_not_tell(bool tells, string limits)
    {
        var description = new DocumentDescription(new DocumentId("d"), "text", ConflictPolicy.Merge, "", default, default, Revision.Zero, 1);
        var admission = new Admission(description, 1, 0, Revision.Zero, Limits: tells ? new DocumentLimits(2048, 4096) : null);
        Assert.Contains(limits, Text(ServerMessages.Joined(new SessionId("s"), "t", admission, Revision.Zero, null, Role.Owner, ImmutableArray<Contracts.Presence.PresenceEntry>.Empty, new CollabOptions())), StringComparison.Ordinal);
    }

    private static string Text(ServerMessage message)
    {
        var output = new ArrayBufferWriter<byte>();
        message.WriteTo(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
