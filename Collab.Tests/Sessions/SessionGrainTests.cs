using System.Collections.Concurrent;
using System.Text;
using Collab.Contracts;
using Collab.Contracts.Access;
using Collab.Contracts.Documents;
using Collab.Contracts.Presence;
using Collab.Contracts.Refusals;
using Collab.Contracts.Sessions;
using Collab.Grains.Sessions;
using Collab.Tests.Documents;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

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
    public async Task A_token_brings_back_until_one_that_was_issued_later_is_used()
    {
        await host.CreateAsync(_document);
        string first = (await JoinAsync("one")).ResumeToken;
        // The answer got lost on the way, so the client has nothing newer.
        string lost = (await JoinAsync("two", first)).ResumeToken;
        string second = (await JoinAsync("three", first)).ResumeToken;
        Assert.Equal(3, new HashSet<string> { first, lost, second }.Count);
        string third = (await JoinAsync("four", second)).ResumeToken;
        Assert.Equal(RefusalReason.TokenInvalid, (await JoinAsync("five", first)).Refusal!.Reason);
        Assert.Equal(RefusalReason.TokenInvalid, (await JoinAsync("five", lost)).Refusal!.Reason);
        Assert.Contains("used up", (await JoinAsync("five", first)).Refusal!.Detail, StringComparison.Ordinal);
        Assert.Null((await JoinAsync("five", second)).Refusal);
        Assert.Null((await JoinAsync("six", third)).Refusal);
    }

    [Fact]
    public async Task A_used_up_token_of_a_session_that_goes_on_changes_nothing_for_it()
    {
        await host.CreateAsync(_document);
        string first = (await JoinAsync("one")).ResumeToken;
        string second = (await JoinAsync("two", first)).ResumeToken;
        var joined = await JoinAsync("three", second);
        Assert.NotNull((await JoinAsync("four", first)).Refusal);
        Assert.Equal(new Revision(1), (await SubmitAsync(joined, 1, 0, """["a"]""")).Revision);
        Assert.True((await host.Session(_session).Describe())!.IsConnected);
    }

    [Theory]
    [InlineData(null, "ada")]
    [InlineData("ada", null)]
    [InlineData("ada", "bob")]
    public async Task Nobody_comes_back_with_a_token_of_another_caller_and_what_was_on_the_way_is_void(string? subject, string? other)
    {
        await host.CreateAsync(_document);
        var joined = await JoinAsync("one", subject: subject);
        Assert.Equal(RefusalReason.TokenInvalid, (await JoinAsync("two", joined.ResumeToken, other)).Refusal!.Reason);
        // Who is refused begins another session and takes along what is not acknowledged.
        Assert.Equal(RefusalReason.NotAdmitted, (await SubmitAsync(joined, 1, 0, """["a"]""")).Refusal!.Reason);
        Assert.Equal(RefusalReason.NotAdmitted, (await host.Session(_session).Readmit("one")).Refusal!.Reason);
        Assert.Null((await JoinAsync("three", joined.ResumeToken, subject)).Refusal);
    }

    [Fact]
    public async Task An_expired_token_brings_nobody_back_and_what_was_on_the_way_is_void()
    {
        await host.CreateAsync(_document);
        var joined = await JoinAsync("one");
        var past = new ResumeTokens(host.Services.GetRequiredService<IDataProtectionProvider>(), Options.Create(new SessionOptions()), new HandClock());
        string expired = past.Issue(_session, _document, null, long.MaxValue);
        var refused = await JoinAsync("two", expired);
        Assert.Equal(RefusalReason.TokenInvalid, refused.Refusal!.Reason);
        Assert.Contains("expired", refused.Refusal.Detail, StringComparison.Ordinal);
        Assert.Equal(RefusalReason.NotAdmitted, (await SubmitAsync(joined, 1, 0, """["a"]""")).Refusal!.Reason);
    }

    [Fact]
    public async Task A_token_of_the_version_before_still_brings_back()
    {
        await host.CreateAsync(_document);
        var before = host.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("Collab.ResumeToken.v1").ToTimeLimitedDataProtector();
        string token = Convert.ToBase64String(before.Protect(Encoding.UTF8.GetBytes($"{_session}/{_document}"), TimeSpan.FromMinutes(10))).Replace('+', '-').Replace('/', '_').TrimEnd('=');
        var joined = await JoinAsync("one", token, "ada");
        Assert.True(joined.IsResumed);
        await JoinAsync("two", joined.ResumeToken, "ada");
        Assert.Equal(RefusalReason.TokenInvalid, (await JoinAsync("three", token, "ada")).Refusal!.Reason);
    }

    [Fact]
    public async Task A_session_whose_grain_was_lost_is_known_again_when_its_host_says_that_it_goes_on()
    {
        // Of what the document admitted, this grain has never heard: as after the death of the silo that it was on.
        await host.CreateAsync(_document);
        var admission = await host.Document(_document).Admit(_session, "Ada");
        Assert.Null(await host.Session(_session).Describe());
        var kept = Kept("one", admission.Document!.Epoch, admission.Lease);
        Assert.Equal(StayStanding.Here, await host.Session(_session).Keep(kept));
        var described = await host.Session(_session).Describe();
        Assert.Equal((true, "ada", Role.Viewer), (described!.IsConnected, described.Subject, described.Role));
        Assert.Equal(StayStanding.Elsewhere, await host.Session(_session).Keep(kept with { Connection = "two" }));
        Assert.Null((await host.Session(_session).Readmit("one")).Refusal);
    }

    [Fact]
    public async Task A_session_that_is_over_is_not_brought_back_by_a_host_that_did_not_hear_of_it()
    {
        await host.CreateAsync(_document);
        var joined = await JoinAsync("one");
        await host.Session(_session).Close(SessionCloseReason.Kicked);
        var kept = Kept("one", joined.Admission!.Document!.Epoch, joined.Admission.Lease);
        Assert.Equal(StayStanding.Over, await host.Session(_session).Keep(kept));
        Assert.Null(await host.Session(_session).Describe());
    }

    [Fact]
    public async Task A_session_that_is_closed_for_its_credentials_waits_for_new_ones()
    {
        await host.CreateAsync(_document);
        var joined = await JoinAsync("one");
        await host.Session(_session).Leave("one", SessionCloseReason.TokenExpired);
        Assert.Null((await JoinAsync("two", joined.ResumeToken)).Refusal);
        Assert.True((await host.Session(_session).Describe())!.IsConnected);
    }

    [Fact]
    public async Task Presence_of_an_earlier_stay_that_comes_late_changes_nothing()
    {
        await host.CreateAsync(_document);
        var before = await JoinAsync("one");
        var after = await JoinAsync("two", before.ResumeToken);
        var presence = host.Presence(_document);
        await presence.Update(Entry(after.Number, 2));
        await presence.Update(Entry(before.Number, 1));
        Assert.Equal([2], (await presence.List()).Select(entry => entry.Revision.Value));
        await host.Session(_session).Leave("two", SessionCloseReason.NormalClose);
        await presence.Update(Entry(before.Number, 3));
        await presence.Update(Entry(after.Number, 4));
        Assert.Empty(await presence.List());

        PresenceEntry Entry(long number, long revision) => new(_session, "Ada", "#112233", new Revision(revision), default, Number: number);
    }

    [Fact]
    public async Task A_document_lists_its_sessions_by_pages()
    {
        await host.CreateAsync(_document);
        await host.Document(_document).Admit(new SessionId("api-x"), "");
        foreach (string name in (string[])["c", "a", "b"])
            await host.Session(new SessionId($"{_session}{name}")).Join(Request(_document, "one", null));
        var first = await host.Document(_document).ListSessions(null, 2);
        var second = await host.Document(_document).ListSessions(first.Sessions[^1], 2);
        Assert.Equal([$"{_session}a", $"{_session}b", $"{_session}c"], first.Sessions.Concat(second.Sessions).Select(session => session.Value));
        Assert.Equal((3, true, false), (first.Total, first.HasMore, second.HasMore));
    }

    [Fact]
    public async Task Joining_a_missing_document_is_refused()
    {
        Assert.Equal(RefusalReason.DocumentNotFound, (await JoinAsync("one")).Refusal!.Reason);
    }

    private JoinRequest Request(DocumentId document, string connection, string? token, string? subject = null) =>
        new(document, "Ada", token, host.Grains.CreateObjectReference<ISessionOwner>(_owner), connection, subject);

    private KeptStay Kept(string connection, long epoch, long lease) =>
        new(_document, "Ada", "ada", Role.Viewer, host.Grains.CreateObjectReference<ISessionOwner>(_owner), connection, epoch, lease, 1, DateTimeOffset.UtcNow);

    private Task<JoinOutcome> JoinAsync(string connection, string? token = null, string? subject = null) => host.Session(_session).Join(Request(_document, connection, token, subject));

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
