using System.Net.Http.Json;
using Collab.Client;
using Collab.Operations.Text;
using Collab.Tests.EndToEnd;

namespace Collab.Tests.Crash;

/// <summary>That the crash runs would see what they are there to see.</summary>
public sealed class DocumentAuditTests(CollaborationTests.Server server) : IClassFixture<CollaborationTests.Server>
{
    private static readonly Token First = new(1, 1);

    [Fact]
    public async Task All_is_well_when_all_is_well()
    {
        var (audit, _, _) = await AuditAsync(_ => { });
        Assert.Empty(audit.Evidence);
        Assert.Equal(1, audit.Found);
    }

    [Fact]
    public async Task An_operation_that_was_acknowledged_and_is_not_in_the_log_is_lost()
    {
        var (audit, id, _) = await AuditAsync(record => record.Told(2, "s", 7, isOwn: true));
        Assert.Equal([$"{id}: s/7 was acknowledged as operation 2; the log ends at 1."], audit.Evidence);
        Assert.Equal(1, audit.Lost);
    }

    [Fact]
    public async Task An_operation_at_another_revision_than_acknowledged_is_lost()
    {
        var (audit, id, session) = await AuditAsync(record => record.Told(1, "s", 7, isOwn: true), isTold: false);
        Assert.Equal([$"{id}: s/7 was acknowledged as operation 1; the log has {session}/1 there."], audit.Evidence);
        Assert.Equal(1, audit.Lost);
    }

    [Fact]
    public async Task Two_words_about_one_revision_are_a_contradiction()
    {
        var (audit, id, session) = await AuditAsync(record => record.Told(1, "s", 7, isOwn: true));
        Assert.Contains($"{id}: operation 1 was told as {session}/1 and as s/7.", audit.Evidence);
    }

    [Fact]
    public async Task What_was_typed_and_is_not_in_the_text_is_lost()
    {
        var (audit, id, _) = await AuditAsync(record => record.Typed(new Token(1, 2)));
        Assert.Equal([$"{id}: c01-000002; was typed and is not in the text; operation none inserted it."], audit.Evidence);
        Assert.Equal(1, audit.Lost);
    }

    [Fact]
    public async Task What_was_deleted_and_is_in_the_text_is_told()
    {
        var (audit, id, _) = await AuditAsync(record => record.Deleted([First]));
        Assert.Equal([$"{id}: {First} is in the text although it was deleted, or never typed; operation 1 inserted it."], audit.Evidence);
    }

    [Fact]
    public async Task What_is_there_twice_is_doubled_in_the_log_and_in_the_text()
    {
        var (audit, _, _) = await AuditAsync(_ => { }, isTypedAgain: true);
        Assert.Equal(2, audit.Doubled);
        Assert.Contains(audit.Evidence, what => what.Contains($"{First} was typed once and is inserted by operation 1 and by operation 2", StringComparison.Ordinal));
        Assert.Contains(audit.Evidence, what => what.Contains($"{First} is in the text twice", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_replica_that_differs_is_told_with_the_place()
    {
        var (audit, _, _) = await AuditAsync(_ => { }, replica: "c01-000009;");
        Assert.StartsWith("the replica is not what the log replayed up to 1 gives: they part at character 10", Assert.Single(audit.Evidence).Split(": ", 2)[1], StringComparison.Ordinal);
    }

    // One token typed by a real client, and then whatever is not as it was.
    private async Task<(DocumentAudit Audit, string Id, string Session)> AuditAsync(
        Action<DocumentRecord> tamper, bool isTold = true, bool isTypedAgain = false, string? replica = null)
    {
        string id = $"audit-{Guid.NewGuid():N}";
        await using var client = new CollabClient(server.Url);
        await client.CreateAsync(id);
        var document = await client.OpenAsync(id);
        var record = new DocumentRecord(id, TextKind.Instance);
        record.Typed(First);
        await document.ReplaceAsync(0, 0, First.ToString()).WaitAsync(TimeSpan.FromSeconds(60));
        if (isTold)
            record.Told(1, document.Session, 1, isOwn: true);
        if (isTypedAgain)
            await TypeAgainAsync(id);
        tamper(record);
        var audit = new DocumentAudit(record);
        using var api = new Api(server.Url);
        await audit.RunAsync(api, replica is null ? [] : [("the replica", TextContent.From(replica))]);
        return (audit, id, document.Session);
    }

    private async Task TypeAgainAsync(string id)
    {
        using var http = new HttpClient();
        var submission = new { session = "api-again", sequence = 1, @base = 1, delta = new object[] { First.ToString(), Token.Length } };
        using var answer = await http.PostAsJsonAsync(new Uri(server.Url, $"api/documents/{id}/operations"), submission);
        Assert.True(answer.IsSuccessStatusCode);
    }
}
