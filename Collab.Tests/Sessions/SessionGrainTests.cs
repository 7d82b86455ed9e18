using System.Collections.Concurrent;
using System.Text;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Contracts.Presence;
using Collab.Contracts.Refusals;
using Collab.Contracts.Sessions;
using Collab.Tests.Documents;

namespace Collab.Tests.Sessions;

public sealed class SessionGrainTests(GrainHost host) : IClassFixture<GrainHost>
{
    private readonly DocumentId _document = GrainHost.NewId();
    private readonly SessionId _session = SessionId.New();
    private readonly Owner _owner = new();

    [Fact]
    public async Task Joining_gives_a_lease_that_submits_and_a_token_that_resumes()
    {
        await host.CreateAsync(_document);
        var joined = await JoinAsync("one");
        var outcome = await SubmitAsync(joined, 1, 0, """["a"]""");
        Assert.Equal(new Revision(1), outcome.Revision);
        var resumed = await JoinAsync("two", joined.ResumeToken);
        Assert.Equal((true, 1L), (resumed.IsResumed, resumed.Admission!.AppliedSequence));
        await Eventually.IsTrue(() => _owner.Closed.Contains((_session, "one", SessionCloseReason.Superseded)));
        Assert.Equal(RefusalReason.NotAdmitted, (await SubmitAsync(joined, 2, 1, """[1,"b"]""")).Refusal!.Reason);
        Assert.Equal(new Revision(2), (await SubmitAsync(resumed, 2, 1, """[1,"b"]""")).Revision);
    }

    [Fact]
    public async Task A_foreign_forged_or_missing_token_resumes_nothing()
    {
        await host.CreateAsync(_document);
        var joined = await JoinAsync("one");
        var otherDocument = GrainHost.NewId();
        await host.CreateAsync(otherDocument);
        Assert.Equal(RefusalReason.TokenInvalid, (await JoinAsync("two")).Refusal!.Reason);
        Assert.Equal(RefusalReason.TokenInvalid, (await JoinAsync("two", "AAAA" + joined.ResumeToken)).Refusal!.Reason);
        Assert.Equal(RefusalReason.TokenInvalid, (await JoinAsync("two", "!")).Refusal!.Reason);
        var foreign = await host.Session(SessionId.New()).Join(Request(_document, "two", joined.ResumeToken));
        Assert.Equal(RefusalReason.TokenInvalid, foreign.Refusal!.Reason);
        var elsewhere = await host.Session(_session).Join(Request(otherDocument, "two", joined.ResumeToken));
        Assert.Equal(RefusalReason.TokenInvalid, elsewhere.Refusal!.Reason);
    }

    [Fact]
    public async Task A_lost_connection_has_its_grace_and_then_the_session_closes_but_its_token_still_works()
    {
        await host.CreateAsync(_document);
        var joined = await JoinAsync("one");
        await SubmitAsync(joined, 1, 0, """["a"]""");
        await host.Session(_session).Leave("one", SessionCloseReason.TransportFailed);
        await Eventually.IsTrue(async () => await host.Session(_session).Describe() is null);
        Assert.Equal(RefusalReason.NotAdmitted, (await SubmitAsync(joined, 2, 1, """[1,"b"]""")).Refusal!.Reason);
        var back = await JoinAsync("two", joined.ResumeToken);
        Assert.Equal((true, 1L), (back.IsResumed, back.Admission!.AppliedSequence));
    }

    [Fact]
    public async Task A_late_word_from_an_older_connection_changes_nothing()
    {
        await host.CreateAsync(_document);
        var joined = await JoinAsync("one");
        await JoinAsync("two", joined.ResumeToken);
        await host.Session(_session).Leave("one", SessionCloseReason.NormalClose);
        Assert.True((await host.Session(_session).Describe())!.IsConnected);
    }

    [Fact]
    public async Task A_kick_ends_the_lease_and_the_presence_and_tells_the_connection()
    {
        await host.CreateAsync(_document);
        var joined = await JoinAsync("one");
        await host.Presence(_document).Update(new PresenceEntry(_session, "Ada", "#112233", Revision.Zero, default));
        await host.Session(_session).Close(SessionCloseReason.Kicked);
        await Eventually.IsTrue(() => _owner.Closed.Contains((_session, "one", SessionCloseReason.Kicked)));
        Assert.Equal(RefusalReason.NotAdmitted, (await SubmitAsync(joined, 1, 0, """["a"]""")).Refusal!.Reason);
        Assert.Empty(await host.Presence(_document).List());
    }

    [Fact]
    public async Task Joining_a_missing_document_is_refused()
    {
        Assert.Equal(RefusalReason.DocumentNotFound, (await JoinAsync("one")).Refusal!.Reason);
    }

    private JoinRequest Request(DocumentId document, string connection, string? token) =>
        new(document, "Ada", token, host.Grains.CreateObjectReference<ISessionOwner>(_owner), connection);

    private Task<JoinOutcome> JoinAsync(string connection, string? token = null) => host.Session(_session).Join(Request(_document, connection, token));

    private Task<SubmitOutcome> SubmitAsync(JoinOutcome joined, long sequence, long on, string delta) =>
        host.Document(_document).Submit(new Submission(_session, joined.Admission!.Lease, sequence, new Revision(on), Encoding.UTF8.GetBytes(delta)));

    private sealed class Owner : ISessionOwner
    {
        public ConcurrentBag<(SessionId, string, SessionCloseReason)> Closed { get; } = [];

        public Task Close(SessionId session, string connection, SessionCloseReason reason)
        {
            Closed.Add((session, connection, reason));
            return Task.CompletedTask;
        }

        public Task<bool> Confirm(SessionId session, string connection) => Task.FromResult(true);

        public Task<ConnectionSample?> Sample(SessionId session, string connection) => Task.FromResult<ConnectionSample?>(null);
    }
}
