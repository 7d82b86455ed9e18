using System.Text;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Contracts.Refusals;

namespace Collab.Tests.Documents;

/// <summary>What a host gathered, submitted with one call.</summary>
public sealed class OfferTests : IClassFixture<GrainHost>
{
    private readonly GrainHost _host;
    private readonly DocumentId _id = GrainHost.NewId();
    private readonly Subscriber _subscriber = new();

    public OfferTests(GrainHost host) => _host = host;

    [Fact]
    public async Task A_batch_is_decided_in_its_order_and_pushed_as_one()
    {
        var document = await OpenAsync();
        var (ada, bob) = (await AdmitAsync(document, "ada"), await AdmitAsync(document, "bob"));
        var outcome = await document.Offer(new SubmissionBatch([ada(1, 0, """["a"]"""), ada(2, 1, """[1,"b"]"""), bob(1, 0, """["x"]"""), ada(3, 2, """[2,"c"]""")]));
        Assert.Null(outcome.Refusal);
        Assert.Empty(outcome.Answers);
        await Eventually.IsTrue(() => _subscriber.Revisions.Length == 4);
        var pushed = Assert.Single(_subscriber.Batches).Operations;
        Assert.Equal(["ada 1", "ada 2", "bob 1", "ada 3"], pushed.Select(operation => $"{operation.Session} {operation.Sequence}"));
        Assert.Equal([1L, 2L, 3L, 4L], pushed.Select(operation => operation.Revision.Value));
    }

    [Fact]
    public async Task Only_what_needs_an_answer_is_named()
    {
        var document = await OpenAsync();
        var ada = await AdmitAsync(document, "ada");
        Assert.Null((await document.Submit(ada(1, 0, """["a"]"""))).Refusal);
        var bob = await AdmitAsync(document, "bob");
        var outcome = await document.Offer(new SubmissionBatch(
        [
            bob(1, 1, """[1,"b"]"""),
            ada(1, 0, """["a"]"""),
            bob(2, 1, "no delta"),
            ada(2, 1, """["c",1]""") with { Lease = 99 },
            // The next try of the first, which is not durable yet.
            bob(1, 1, """[1,"b"]"""),
        ]));
        var answers = outcome.Answers.ToDictionary(answer => answer.Index, answer => answer.Outcome);
        Assert.Equal([1, 2, 3, 4], answers.Keys.Order());
        Assert.Equal((true, new Revision(1)), (answers[1].IsDuplicate, answers[1].Revision));
        Assert.Equal(RefusalReason.Malformed, answers[2].Refusal!.Reason);
        Assert.Equal(RefusalReason.NotAdmitted, answers[3].Refusal!.Reason);
        Assert.Equal((true, new Revision(2)), (answers[4].IsDuplicate, answers[4].Revision));
        Assert.Equal("\"ab\"", Encoding.UTF8.GetString((await document.ReadContent(null)).Content!.Content.Span));
    }

    [Fact]
    public async Task What_only_the_log_can_settle_keeps_nobody_else_waiting_and_its_session_s_order()
    {
        var document = await OpenAsync();
        var (ada, bob) = (await AdmitAsync(document, "ada"), await AdmitAsync(document, "bob"));
        for (int i = 0; i < 3; i++)
            await document.Submit(ada(i + 1, i, i == 0 ? """["a"]""" : $"[{i},\"a\"]"));
        // Its sequence is long gone: the log has to say what became of it. What the same session sent after it is decided after it.
        var outcome = await document.Offer(new SubmissionBatch([ada(1, 0, """["a"]"""), ada(4, 3, """[3,"b"]"""), bob(1, 3, """["x",3]""")]));
        var answer = Assert.Single(outcome.Answers);
        Assert.Equal((0, true, new Revision(1)), (answer.Index, answer.Outcome.IsDuplicate, answer.Outcome.Revision));
        await Eventually.IsTrue(() => _subscriber.Revisions.Length == 5);
        Assert.Equal(["bob 1", "ada 4"], _subscriber.Batches.SelectMany(batch => batch.Operations).Skip(3).Select(operation => $"{operation.Session} {operation.Sequence}"));
    }

    [Fact]
    public async Task A_log_that_is_away_refuses_all_that_waits_and_what_was_decided_is_acknowledged_by_the_stream()
    {
        var document = await OpenAsync();
        var (ada, bob) = (await AdmitAsync(document, "ada"), await AdmitAsync(document, "bob"));
        await document.Submit(ada(1, 0, """["a"]"""));
        using (_host.Writer.TakeAway())
        {
            var waiting = await document.Offer(new SubmissionBatch([ada(2, 1, """[1,"b"]"""), bob(1, 1, """["x",1]""")]));
            Assert.Equal([0, 1], waiting.Answers.Select(answer => answer.Index).Order());
            Assert.All(waiting.Answers, answer => Assert.Equal(RefusalReason.StorageUnavailable, answer.Outcome.Refusal!.Reason));
            Assert.All(waiting.Answers, answer => Assert.NotNull(answer.Outcome.Refusal!.RetryAfter));
            // Now it is known: what comes next is refused before it is decided.
            var next = await document.Offer(new SubmissionBatch([bob(2, 1, """["y",1]""")]));
            Assert.Equal(RefusalReason.StorageUnavailable, Assert.Single(next.Answers).Outcome.Refusal!.Reason);
        }

        await Eventually.IsTrue(() => _subscriber.Revisions.Length == 3, "what was decided is durable");
        Assert.Equal("\"xab\"", Encoding.UTF8.GetString((await document.ReadContent(null)).Content!.Content.Span));
    }

    [Fact]
    public async Task Where_nothing_can_be_served_the_whole_batch_is_refused_once()
    {
        var document = _host.Document(_id);
        var outcome = await document.Offer(new SubmissionBatch([new Submission(new SessionId("ada"), 1, 1, Revision.Zero, Encoding.UTF8.GetBytes("""["a"]"""))]));
        Assert.Equal(RefusalReason.DocumentNotFound, outcome.Refusal!.Reason);
        Assert.Empty(outcome.Answers);
    }

    private async Task<IDocumentGrain> OpenAsync()
    {
        var document = await _host.CreateAsync(_id);
        await document.Listen(_host.Grains.CreateObjectReference<IDocumentSubscriber>(_subscriber), _host.Listening);
        return document;
    }

    private static async Task<Func<long, long, string, Submission>> AdmitAsync(IDocumentGrain document, string session)
    {
        var admission = await document.Admit(new SessionId(session), session);
        return (sequence, on, delta) => new Submission(new SessionId(session), admission.Lease, sequence, new Revision(on), Encoding.UTF8.GetBytes(delta));
    }
}
