using System.Text;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Contracts.Refusals;

namespace Collab.Tests.Documents;

public sealed class DocumentGrainTests(GrainHost host) : IClassFixture<GrainHost>
{
    private readonly DocumentId _id = GrainHost.NewId();

    [Fact]
    public async Task Creating_twice_finds_the_same_document_and_other_properties_are_refused()
    {
        var document = await host.CreateAsync(_id);
        var again = await document.Create(new NewDocument("text", ConflictPolicy.Merge, "Another title"));
        Assert.Equal((false, "A title"), (again.IsNew, again.Document!.Title));
        var other = await document.Create(new NewDocument("richtext", ConflictPolicy.Merge, ""));
        Assert.Equal(RefusalReason.DocumentExists, other.Refusal!.Reason);
        var unknown = await host.Document(GrainHost.NewId()).Create(new NewDocument("video", ConflictPolicy.Merge, ""));
        Assert.Equal(RefusalReason.Malformed, unknown.Refusal!.Reason);
    }

    [Fact]
    public async Task A_title_that_is_no_text_is_refused()
    {
        foreach (string title in (string[])["a\0b", "a\uD83Eb", "a\uDD80"])
        {
            var refused = await host.Document(_id).Create(new NewDocument("text", ConflictPolicy.Merge, title));
            Assert.Equal(RefusalReason.Malformed, refused.Refusal!.Reason);
        }

        Assert.Null((await host.Document(_id).Create(new NewDocument("text", ConflictPolicy.Merge, "Größe 🦀"))).Refusal);
    }

    [Fact]
    public async Task A_missing_document_says_so_and_can_be_created_then()
    {
        var document = host.Document(_id);
        Assert.Null(await document.Describe());
        Assert.Null(await document.Listen(host.Grains.CreateObjectReference<IDocumentSubscriber>(new Subscriber()), host.Listening));
        Assert.Equal(RefusalReason.DocumentNotFound, (await document.ReadFrom(null)).Refusal!.Reason);
        Assert.Equal(RefusalReason.DocumentNotFound, (await document.Admit(new SessionId("a"), "")).Refusal!.Reason);
        await host.CreateAsync(_id);
        Assert.Equal("text", (await document.Describe())!.Kind);
    }

    [Fact]
    public async Task What_is_acknowledged_is_pushed_in_order_and_in_the_log()
    {
        var document = await host.CreateAsync(_id);
        var subscriber = new Subscriber();
        Assert.Equal(Revision.Zero, (await document.Listen(host.Grains.CreateObjectReference<IDocumentSubscriber>(subscriber), host.Listening))!.Head);
        var session = await JoinAsync(document, "ada");
        for (int i = 0; i < 20; i++)
            Assert.Equal(new Revision(i + 1), (await session.SubmitAsync(i, Insert(i))).Revision);
        await Eventually.IsTrue(() => subscriber.Revisions.Length == 20);
        Assert.Equal(Enumerable.Range(1, 20).Select(i => (long)i), subscriber.Revisions);
        var logged = await host.Log.ReadAsync(_id, Revision.Zero, 100, 1 << 20, CancellationToken.None);
        Assert.Equal(subscriber.Batches.SelectMany(batch => batch.Operations).Select(o => Encoding.UTF8.GetString(o.Encoded.Span)), logged.Select(r => Encoding.UTF8.GetString(r.Encoded.Span)));
        GC.KeepAlive(subscriber);
    }

    [Fact]
    public async Task Reading_from_a_revision_gives_what_follows_or_a_snapshot()
    {
        var document = await host.CreateAsync(_id);
        var session = await JoinAsync(document, "ada");
        for (int i = 0; i < 10; i++)
            await session.SubmitAsync(i, Insert(i));
        var after = await document.ReadFrom(new Revision(7));
        Assert.Null(after.Snapshot);
        Assert.Equal([8L, 9L, 10L], after.Operations.Select(operation => operation.Revision.Value));
        var fresh = await document.ReadFrom(null);
        Assert.Equal(("\"xxxxxxxxxx\"", new Revision(10)), (Encoding.UTF8.GetString(fresh.Snapshot!.Content.Span), fresh.Snapshot.Revision));
        Assert.Empty(fresh.Operations);
        Assert.Equal(RefusalReason.RevisionAhead, (await document.ReadFrom(new Revision(11))).Refusal!.Reason);
    }

    [Fact]
    public async Task A_burst_of_submissions_is_decided_in_order_and_committed_in_batches()
    {
        var document = await host.CreateAsync(_id);
        var sessions = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => JoinAsync(document, $"s{i}")));
        await Task.WhenAll(sessions.Select(async session =>
        {
            for (int i = 0; i < 25; i++)
                Assert.Null((await session.SubmitAsync(0, """["x"]""")).Refusal);
        }));
        Assert.Equal(new Revision(200), (await document.Describe())!.Revision);
        var content = await document.ReadFrom(null);
        Assert.Equal(200 + 2, content.Snapshot!.Content.Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_append_that_failed_is_refused_for_now_and_made_good_by_the_same_activation(bool isLost)
    {
        var document = await host.CreateAsync(_id);
        var subscriber = new Subscriber();
        await document.Listen(host.Grains.CreateObjectReference<IDocumentSubscriber>(subscriber), host.Listening);
        var session = await JoinAsync(document, "ada");
        await session.SubmitAsync(0, """["a"]""");
        // Lost, or done and only reported as lost.
        (host.Writer.LosesNext, host.Writer.HidesNext) = (isLost, !isLost);
        var submission = session.Next(1, """[1,"b"]""");
        var refusal = (await document.Submit(submission)).Refusal!;
        Assert.Equal(RefusalReason.StorageUnavailable, refusal.Reason);
        Assert.InRange(refusal.RetryAfter!.Value, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1));

        // It comes on the stream, which is its acknowledgement; whoever asks again hears of a duplicate.
        await Eventually.IsTrue(() => subscriber.Revisions.Length == 2);
        var again = await document.Submit(submission);
        Assert.Equal((true, new Revision(2)), (again.IsDuplicate, again.Revision));
        Assert.Equal((1L, 2L), ((await document.Describe())!.Epoch, (await document.Describe())!.Revision.Value));
        Assert.Empty(subscriber.Interrupted);
        GC.KeepAlive(subscriber);
    }

    [Fact]
    public async Task While_the_log_is_away_what_needs_it_is_refused_at_once_and_what_is_in_memory_goes_on()
    {
        var document = await host.CreateAsync(_id);
        var (ada, bob) = (await JoinAsync(document, "ada"), await JoinAsync(document, "bob"));
        await ada.SubmitAsync(0, """["a"]""");
        using (host.Writer.TakeAway())
        {
            var waiting = ada.Next(1, """[1,"b"]""");
            Assert.Equal(RefusalReason.StorageUnavailable, (await document.Submit(waiting)).Refusal!.Reason);
            Assert.Equal(RefusalReason.StorageUnavailable, (await document.Submit(waiting)).Refusal!.Reason);
            var refusal = (await bob.SubmitAsync(1, """["c",1]""")).Refusal!;
            Assert.Equal(RefusalReason.StorageUnavailable, refusal.Reason);
            Assert.NotNull(refusal.RetryAfter);
            var admission = await document.Admit(new SessionId("carol"), "carol");
            Assert.Equal(RefusalReason.StorageUnavailable, admission.Refusal!.Reason);
            Assert.NotNull(admission.Refusal.RetryAfter);

            Assert.Equal("\"a\"", Encoding.UTF8.GetString((await document.ReadContent(null)).Content!.Content.Span));
            Assert.Equal(new Revision(1), (await document.ReadFrom(null)).Head);
            Assert.Single((await document.ReadFrom(Revision.Zero)).Operations);
            Assert.Equal(new Revision(1), (await document.Describe())!.Revision);
        }

        // What was decided before the log was known to be away is there; what was refused before a decision is not.
        await Eventually.IsTrue(async () => (await document.Describe())!.Revision == new Revision(2));
        await Eventually.IsTrue(async () => (await document.Admit(new SessionId("carol"), "carol")).Refusal is null);
        Assert.Equal("\"ab\"", Encoding.UTF8.GetString((await document.ReadContent(null)).Content!.Content.Span));
        Assert.Equal(1, (await document.Describe())!.Epoch);
    }

    [Fact]
    public async Task A_second_writer_fences_the_activation_which_reloads()
    {
        var document = await host.CreateAsync(_id);
        var session = await JoinAsync(document, "ada");
        await session.SubmitAsync(0, """["a"]""");
        await host.Log.OpenAsync(_id, CancellationToken.None);
        Assert.Equal(RefusalReason.StorageUnavailable, (await session.SubmitAsync(1, """[1,"b"]""")).Refusal!.Reason);
        Admission admission = null!;
        await Eventually.IsTrue(async () => (admission = await document.Admit(session.Id, "ada")).Refusal is null);
        Assert.Equal((1L, 3L), (admission.AppliedSequence, admission.Document!.Epoch));
    }

    [Fact]
    public async Task A_sequence_long_gone_is_recognised_by_the_log()
    {
        var document = await host.CreateAsync(_id);
        var session = await JoinAsync(document, "ada");
        var first = session.Next(0, """["a"]""");
        await document.Submit(first);
        for (int i = 1; i < 10; i++)
            await session.SubmitAsync(i, Insert(i));
        Assert.Equal((true, new Revision(1)), ((await document.Submit(first)).IsDuplicate, (await document.Submit(first)).Revision));
        var changed = first with { Delta = Encoding.UTF8.GetBytes("""["z"]""") };
        Assert.Equal(RefusalReason.SequenceReused, (await document.Submit(changed)).Refusal!.Reason);
    }

    [Fact]
    public async Task Content_checks_tell_a_diverged_replica()
    {
        var document = await host.CreateAsync(_id);
        var session = await JoinAsync(document, "ada");
        await session.SubmitAsync(0, """["a"]""");
        uint hash = Collab.Operations.DocumentKinds.Find("text")!.DecodeContent("\"a\""u8).Hash();
        Assert.True((await document.Check(session.Id, new Revision(1), hash)).IsMatch);
        Assert.Equal(RefusalReason.ContentMismatch, (await document.Check(session.Id, new Revision(1), hash + 1)).Refusal!.Reason);
        Assert.Null((await document.Check(session.Id, Revision.Zero, hash)).IsMatch);
    }

    [Fact]
    public async Task Snapshots_are_kept_as_the_document_grows_and_the_newest_conflicts_are_remembered()
    {
        var document = await host.CreateAsync(_id);
        var (ada, bob) = (await JoinAsync(document, "ada"), await JoinAsync(document, "bob"));
        for (int i = 0; i < 60; i++)
        {
            await ada.SubmitAsync(2 * i, Insert(2 * i));
            await bob.SubmitAsync(2 * i, Insert(2 * i));
        }

        await Eventually.IsTrue(async () => await host.Log.ReadSnapshotAsync(_id, new Revision(120), CancellationToken.None) is { Revision.Value: >= 50 });
        var conflicts = await document.RecentConflicts();
        Assert.Equal((60, 120L, "ada"), (conflicts.Length, conflicts[0].Revision.Value, conflicts[0].OtherAuthor));
    }

    private static string Insert(int at) => at == 0 ? """["x"]""" : $"[{at},\"x\"]";

    private static async Task<Joined> JoinAsync(IDocumentGrain document, string session)
    {
        var admission = await document.Admit(new SessionId(session), session);
        return new Joined(document, new SessionId(session), admission.Lease);
    }

    private sealed class Joined(IDocumentGrain document, SessionId id, long lease)
    {
        private long _sequence;

        public SessionId Id => id;

        public Submission Next(long on, string delta) => new(id, lease, ++_sequence, new Revision(on), Encoding.UTF8.GetBytes(delta));

        public Task<SubmitOutcome> SubmitAsync(long on, string delta) => document.Submit(Next(on, delta));
    }
}
