using System.Text;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Contracts.Refusals;
using Collab.Grains.Documents;

namespace Collab.Tests.Documents;

public sealed class DocumentAuthorityTests
{
    private readonly DocumentAuthority _authority = Author.Authority();
    private readonly Author _ada;
    private readonly Author _bob;

    public DocumentAuthorityTests() => (_ada, _bob) = (new Author(_authority, "ada"), new Author(_authority, "bob"));

    [Fact]
    public void Operations_become_consecutive_revisions()
    {
        Assert.Equal(new Revision(1), _ada.Apply(0, """["ab"]""").Record.Revision);
        Assert.Equal(new Revision(2), _bob.Apply(1, """[2,"c"]""").Record.Revision);
        Assert.Equal("\"abc\"", Author.Text(_authority.Content));
    }

    [Fact]
    public void An_operation_is_rebased_over_what_its_author_had_not_seen()
    {
        _ada.Apply(0, """["ab"]""");
        _ada.Apply(1, """["x",2]""");
        var late = _bob.Apply(1, """[2,"c"]""");
        Assert.Equal(1, late.RebaseDistance);
        Assert.Equal("\"xabc\"", Author.Text(_authority.Content));
        Assert.Contains("\"delta\":[3,\"c\"]", Encoding.UTF8.GetString(late.Record.Encoded.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void The_record_is_the_operation_object_of_the_protocol()
    {
        var applied = _ada.Apply(0, """["ab"]""");
        Assert.Equal(
            """{"session":"ada","sequence":1,"author":"ada","at":1763690000123,"delta":["ab"]}""",
            Encoding.UTF8.GetString(applied.Record.Encoded.Span));
    }

    [Fact]
    public void Resubmitting_a_sequence_is_acknowledged_once()
    {
        var first = _ada.Submission(0, """["ab"]""");
        Assert.IsType<Decision.Applied>(_authority.Decide(first, [], Author.At));
        _bob.Apply(1, """["x",2]""");
        Assert.Equal(new Revision(1), Assert.IsType<Decision.Duplicate>(_authority.Decide(first, [], Author.At)).Revision);
        Assert.Equal(new Revision(2), _authority.Head);
    }

    [Theory]
    [InlineData(0, """["zz"]""")]
    [InlineData(1, """["ab"]""")]
    public void The_same_sequence_with_other_content_or_base_is_refused(long on, string delta)
    {
        _ada.Apply(0, """["ab"]""");
        Assert.Equal(RefusalReason.SequenceReused, _ada.Refused(on, delta, sequence: 1));
    }

    [Fact]
    public void A_sequence_left_behind_is_settled_by_what_the_log_has()
    {
        var first = _ada.Submission(0, """["ab"]""");
        var record = ((Decision.Applied)_authority.Decide(first, [], Author.At)).Record;
        _ada.Apply(1, """[2,"c"]""");
        Assert.IsType<Decision.NeedsRecord>(_authority.Decide(first, [], Author.At));
        Assert.Equal(record.Revision, Assert.IsType<Decision.Duplicate>(_authority.Settle(first, record.Applied, Revision.Zero)).Revision);
        Assert.Equal(RefusalReason.SequenceStale, ((Decision.Refused)_authority.Settle(first, null, Revision.Zero)).Refusal.Reason);
        var other = first with { Delta = Encoding.UTF8.GetBytes("""["zz"]""") };
        Assert.Equal(RefusalReason.SequenceReused, ((Decision.Refused)_authority.Settle(other, record.Applied, Revision.Zero)).Refusal.Reason);
    }

    [Fact]
    public void A_new_lease_fences_what_the_old_connection_still_sends()
    {
        var late = _ada.Submission(0, """["ab"]""");
        _ada.Return();
        Assert.Equal(RefusalReason.NotAdmitted, ((Decision.Refused)_authority.Decide(late, [], Author.At)).Refusal.Reason);
        Assert.Equal(Revision.Zero, _authority.Head);
    }

    [Fact]
    public void A_lease_of_the_documents_life_before_fits_none_of_this_one()
    {
        var late = _ada.Submission(0, """["ab"]""");
        var next = Author.Authority(epoch: 2);
        var returned = new Author(next, _ada.Session.Value);
        Assert.Equal(RefusalReason.NotAdmitted, ((Decision.Refused)next.Decide(late, [], Author.At)).Refusal.Reason);
        next.Dismiss(_ada.Session, late.Lease);
        returned.Apply(0, """["ab"]""");
    }

    [Fact]
    public void A_dismissed_session_is_not_admitted_and_an_old_lease_dismisses_nobody()
    {
        var stale = _ada.Submission(0, """["ab"]""");
        _ada.Return();
        _authority.Dismiss(_ada.Session, stale.Lease);
        _ada.Apply(0, """["ab"]""");
        _authority.Dismiss(_ada.Session, _ada.Submission(1, "[2]").Lease);
        Assert.Equal(RefusalReason.NotAdmitted, _ada.Refused(1, """[2,"c"]"""));
    }

    [Fact]
    public void A_returning_session_goes_on_after_the_newest_sequence_of_the_log()
    {
        var record = _ada.Apply(0, """["ab"]""").Record;
        _authority.Dismiss(_ada.Session, 1);
        var mark = _authority.Admit(_ada.Session, "ada", record.Applied);
        Assert.Equal((1, new Revision(1)), (mark.Sequence, mark.Revision));
    }

    [Theory]
    [InlineData(5, """["x"]""", RefusalReason.RevisionAhead)]
    [InlineData(-1, """["x"]""", RefusalReason.Malformed)]
    [InlineData(0, """["x",1]""", RefusalReason.LengthMismatch)]
    [InlineData(0, """["x",-1]""", RefusalReason.LengthMismatch)]
    [InlineData(0, """{"x":1}""", RefusalReason.Malformed)]
    [InlineData(0, """["x"] """ + "1", RefusalReason.Malformed)]
    [InlineData(0, "", RefusalReason.Malformed)]
    public void A_wrong_submission_is_refused_and_changes_nothing(long on, string delta, RefusalReason reason)
    {
        Assert.Equal(reason, _ada.Refused(on, delta));
        Assert.Equal(Revision.Zero, _authority.Head);
    }

    [Fact]
    public void A_position_inside_a_surrogate_pair_is_malformed()
    {
        _ada.Apply(0, """["😀"]""");
        Assert.Equal(RefusalReason.Malformed, _ada.Refused(1, """[1,"x",1]"""));
        Assert.Equal(RefusalReason.Malformed, _ada.Refused(1, "[-1,1]"));
    }

    [Fact]
    public void Limits_name_the_value_the_limit_and_the_setting()
    {
        var small = Author.Authority(options: new DocumentOptions { OperationBytesLimit = 1024, DocumentLengthLimit = 1024 });
        var ada = new Author(small, "ada");
        var tooLarge = Assert.IsType<Decision.Refused>(ada.Submit(0, $"[\"{new string('x', 1100)}\"]")).Refusal;
        Assert.Equal(RefusalReason.OperationTooLarge, tooLarge.Reason);
        Assert.Equal("Delta has 1104 bytes, over the limit of 1024 (Collab:Documents:OperationBytesLimit).", tooLarge.Detail);
        ada.Apply(0, $"[\"{new string('x', 1000)}\"]");
        var tooLong = Assert.IsType<Decision.Refused>(ada.Submit(1, $"[1000,\"{new string('x', 100)}\"]")).Refusal;
        Assert.Equal(RefusalReason.DocumentTooLong, tooLong.Reason);
        Assert.Equal("The document would be 1100 long, over the limit of 1024 (Collab:Documents:DocumentLengthLimit).", tooLong.Detail);
    }

    [Fact]
    public void A_base_before_the_window_asks_for_the_history_and_gets_the_same_result()
    {
        var narrow = Author.Authority(options: new DocumentOptions { WindowOperationsLimit = 16 });
        var wide = Author.Authority();
        List<WindowEntry> history = [];
        foreach (var authority in new[] { narrow, wide })
        {
            var ada = new Author(authority, "ada");
            for (int i = 0; i < 40; i++)
            {
                var applied = ada.Apply(i, $"[{i},\"{(char)('a' + (i % 26))}\"]".Replace("[0,", "[", StringComparison.Ordinal));
                if (authority == narrow)
                    history.Add(authority.Entry(applied.Record));
            }
        }

        var late = new Author(narrow, "bob").Submission(3, """["<",3]""");
        var needs = Assert.IsType<Decision.NeedsHistory>(narrow.Decide(late, [], Author.At));
        Assert.Equal((new Revision(3), new Revision(24)), (needs.From, needs.To));
        Assert.IsType<Decision.Applied>(narrow.Decide(late, history[3..24], Author.At));
        new Author(wide, "bob").Apply(3, """["<",3]""");
        Assert.Equal(Author.Text(wide.Content), Author.Text(narrow.Content));
    }

    [Fact]
    public void A_base_beyond_the_rebase_limit_is_unavailable()
    {
        var authority = Author.Authority(options: new DocumentOptions { WindowOperationsLimit = 16, RebaseOperationsLimit = 16 });
        var ada = new Author(authority, "ada");
        for (int i = 0; i < 17; i++)
            ada.Apply(i, i == 0 ? """["x"]""" : $"[{i},\"x\"]");
        Assert.Equal(RefusalReason.RevisionUnavailable, new Author(authority, "bob").Refused(0, """["y"]"""));
    }

    [Fact]
    public void Conflicts_name_the_other_party_and_travel_with_the_operation()
    {
        _ada.Apply(0, """["ab"]""");
        _ada.Apply(1, """[1,"x",1]""");
        var late = _bob.Apply(1, """[1,"y",1]""");
        var conflict = Assert.Single(late.Conflicts);
        Assert.Equal(("concurrent_insert", "ordered", 3L, 2L, "ada"),
            (conflict.Kind, conflict.Resolution, conflict.Revision.Value, conflict.OtherRevision.Value, conflict.OtherAuthor));
        Assert.Contains(
            """
            "conflicts":[{"kind":"concurrent_insert","resolution":"ordered","start":2,"length":1,"revision":2,"session":"ada","author":"ada"}]
            """,
            Encoding.UTF8.GetString(late.Record.Encoded.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void A_strict_document_refuses_a_conflict_whole_and_says_with_whom()
    {
        var strict = Author.Authority(policy: ConflictPolicy.Strict);
        var (ada, bob) = (new Author(strict, "ada"), new Author(strict, "bob"));
        ada.Apply(0, """["ab"]""");
        ada.Apply(1, """[1,"x",1]""");
        var refused = Assert.IsType<Decision.Refused>(bob.Submit(1, """[1,"y",1]"""));
        Assert.Equal(RefusalReason.Conflict, refused.Refusal.Reason);
        Assert.Contains("\"resolution\":\"refused\"", Encoding.UTF8.GetString(refused.Refusal.Conflicts.Span), StringComparison.Ordinal);
        Assert.Equal(("\"axb\"", new Revision(2)), (Author.Text(strict.Content), strict.Head));
        Assert.IsType<Decision.Applied>(bob.Submit(1, """[2,"y"]"""));
    }

    [Fact]
    public void Replaying_the_records_gives_the_same_document()
    {
        var records = new List<Grains.Log.LogRecord> { _ada.Apply(0, """["hello"]""").Record, _bob.Apply(0, """["world"]""").Record, _ada.Apply(1, "[1,-3,1]").Record };
        var replayed = Author.Authority();
        records.ForEach(replayed.Replay);
        Assert.Equal((Author.Text(_authority.Content), _authority.Head), (Author.Text(replayed.Content), replayed.Head));
    }
}
