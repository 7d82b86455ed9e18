using System.Net.WebSockets;

namespace Collab.Tests.Web;

/// <summary>The hub as <c>docs/protocol.md</c> describes it, over real sockets.</summary>
public sealed class HubTests(WebHost host) : IClassFixture<WebHost>
{
    [Fact]
    public async Task A_joining_client_is_told_where_it_is()
    {
        string document = await host.CreateAsync();
        await using var client = await host.ConnectAsync();
        var joined = await client.JoinAsync(document);
        Assert.Equal(document, joined.GetProperty("document").GetString());
        Assert.Equal("text", joined.GetProperty("kind").GetString());
        Assert.Equal("merge", joined.GetProperty("policy").GetString());
        Assert.Equal("A title", joined.GetProperty("title").GetString());
        Assert.Equal(0, joined.GetProperty("revision").GetInt64());
        Assert.Equal("""{"sequence":0,"revision":0}""", joined.GetProperty("applied").GetRawText());
        Assert.Equal("""{"revision":0,"content":""}""", joined.GetProperty("snapshot").GetRawText());
        Assert.Equal("""{"messageBytes":1048576,"operationBytes":524288,"documentLength":16777216}""", joined.GetProperty("limits").GetRawText());
        Assert.NotEmpty(joined.GetProperty("session").GetString()!);
        Assert.NotEmpty(joined.GetProperty("token").GetString()!);
    }

    [Fact]
    public async Task An_operation_comes_back_to_its_author_and_to_everybody_in_one_order()
    {
        string document = await host.CreateAsync();
        await using var ann = await host.ConnectAsync();
        await using var bob = await host.ConnectAsync();
        string session = (await ann.JoinAsync(document)).GetProperty("session").GetString()!;
        await bob.JoinAsync(document, "Bob");
        await ann.SubmitAsync(document, 1, 0, "ab");
        await bob.SubmitAsync(document, 1, 0, "x");
        var seenByAnn = await ann.OperationsAsync(0, 2);
        var seenByBob = await bob.OperationsAsync(0, 2);
        Assert.Equal(seenByAnn.Select(operation => operation.GetRawText()), seenByBob.Select(operation => operation.GetRawText()));
        var own = seenByAnn.Single(operation => operation.GetProperty("session").GetString() == session);
        Assert.Equal(1, own.GetProperty("sequence").GetInt64());
        Assert.Equal("Ann", own.GetProperty("author").GetString());
        Assert.Contains(await host.TextAsync(document), (string[])["abx", "xab"]);
    }

    [Fact]
    public async Task A_repeated_submission_is_acknowledged_and_applied_once()
    {
        string document = await host.CreateAsync();
        await using var client = await host.ConnectAsync();
        await client.JoinAsync(document);
        await client.SubmitAsync(document, 1, 0, "once");
        await client.OperationsAsync(0, 1);
        await client.SubmitAsync(document, 1, 0, "once");
        var acknowledged = await client.NextAsync("acknowledged");
        Assert.Equal(1, acknowledged.GetProperty("sequence").GetInt64());
        Assert.Equal(1, acknowledged.GetProperty("revision").GetInt64());
        Assert.Equal("once", await host.TextAsync(document));
    }

    [Fact]
    public async Task A_late_joiner_gets_a_snapshot_and_what_follows_it_without_a_gap()
    {
        string document = await host.CreateAsync();
        await using var ann = await host.ConnectAsync();
        await ann.JoinAsync(document);
        for (int i = 0; i < 20; i++)
        {
            await ann.SubmitAsync(document, i + 1, i, i == 0 ? ["x"] : [i, "x"]);
            await ann.OperationsAsync(i, i + 1);
        }

        await using var bob = await host.ConnectAsync();
        var joined = await bob.JoinAsync(document, "Bob");
        var snapshot = joined.GetProperty("snapshot");
        long from = snapshot.GetProperty("revision").GetInt64();
        Assert.Equal(from, snapshot.GetProperty("content").GetString()!.Length);
        await bob.OperationsAsync(from, 20);
        Assert.Equal(20, joined.GetProperty("revision").GetInt64());
    }

    [Fact]
    public async Task A_client_that_resumes_gets_what_it_missed_and_its_session_goes_on()
    {
        string document = await host.CreateAsync();
        await using var bob = await host.ConnectAsync();
        await bob.JoinAsync(document, "Bob");
        string session, token;
        await using (var ann = await host.ConnectAsync())
        {
            var joined = await ann.JoinAsync(document);
            (session, token) = (joined.GetProperty("session").GetString()!, joined.GetProperty("token").GetString()!);
            await ann.SubmitAsync(document, 1, 0, "a");
            await ann.OperationsAsync(0, 1);
        }

        await bob.OperationsAsync(0, 1);
        await bob.SubmitAsync(document, 1, 1, 1, "b");
        await bob.OperationsAsync(1, 2);

        await using var again = await host.ConnectAsync();
        var rejoined = await again.JoinAsync(document, resume: new { session, token }, revision: 1);
        Assert.Equal(session, rejoined.GetProperty("session").GetString());
        Assert.False(rejoined.TryGetProperty("snapshot", out _));
        Assert.Equal("""{"sequence":1,"revision":1}""", rejoined.GetProperty("applied").GetRawText());
        await again.OperationsAsync(1, 2);
        await again.SubmitAsync(document, 2, 2, 2, "c");
        await again.OperationsAsync(2, 3);
        Assert.Equal("abc", await host.TextAsync(document));
    }

    [Fact]
    public async Task A_resumed_session_ends_on_the_connection_that_had_it()
    {
        string document = await host.CreateAsync();
        await using var first = await host.ConnectAsync();
        var joined = await first.JoinAsync(document);
        await using var second = await host.ConnectAsync();
        await second.JoinAsync(
            document, resume: new { session = joined.GetProperty("session").GetString(), token = joined.GetProperty("token").GetString() }, revision: 0);
        var closed = await first.NextAsync("closed");
        Assert.Equal("superseded", closed.GetProperty("reason").GetString());
        Assert.Equal("give_up", closed.GetProperty("action").GetString());
        await first.SubmitAsync(document, 1, 0, "late");
        Assert.Equal("not_joined", (await first.NextAsync("refused")).GetProperty("reason").GetString());
        await second.SubmitAsync(document, 1, 0, "kept");
        await second.OperationsAsync(0, 1);
        Assert.Equal("kept", await host.TextAsync(document));
    }

    [Fact]
    public async Task Reading_sends_everything_after_a_revision_and_goes_on_live()
    {
        string document = await host.CreateAsync();
        await using var client = await host.ConnectAsync();
        await client.JoinAsync(document);
        for (int i = 0; i < 5; i++)
        {
            await client.SubmitAsync(document, i + 1, i, i == 0 ? ["x"] : [i, "x"]);
            await client.OperationsAsync(i, i + 1);
        }

        await client.SendAsync("read", new { document, from = 2 });
        await client.OperationsAsync(2, 5);
        await client.SubmitAsync(document, 6, 5, 5, "y");
        await client.OperationsAsync(5, 6);
        await client.SendAsync("read", new { document, from = 99 });
        var refused = await client.NextAsync("refused");
        Assert.Equal("revision_ahead", refused.GetProperty("reason").GetString());
        Assert.Equal("resync", refused.GetProperty("action").GetString());
    }

    [Fact]
    public async Task Presence_is_seen_by_others_and_disappears_when_its_session_leaves()
    {
        string document = await host.CreateAsync();
        await using var ann = await host.ConnectAsync();
        await using var bob = await host.ConnectAsync();
        string annSession = (await ann.JoinAsync(document)).GetProperty("session").GetString()!;
        await ann.SendAsync("presence", new { document, revision = 0, state = new { selection = new { anchor = 0, head = 0 } } });
        var joined = await bob.JoinAsync(document, "Bob");
        if (!ShowsAnn(joined.GetProperty("presence")))
            await SeesAsync(bob, message => ShowsAnn(message.GetProperty("updates")));
        var sessions = (await host.GetAsync($"/api/documents/{document}/sessions")).GetProperty("sessions");
        Assert.Contains(sessions.EnumerateArray(), entry => entry.GetProperty("session").GetString() == annSession);
        await ann.SendAsync("leave", new { document });
        await SeesAsync(bob, message => message.GetProperty("left").EnumerateArray().Any(left => left.GetString() == annSession));

        bool ShowsAnn(System.Text.Json.JsonElement entries) => entries.EnumerateArray().Any(entry =>
            entry.GetProperty("session").GetString() == annSession && entry.GetProperty("name").GetString() == "Ann"
            && entry.GetProperty("state").ValueKind == System.Text.Json.JsonValueKind.Object);
    }

    [Fact]
    public async Task A_wrong_content_hash_is_refused_and_the_right_one_is_silent()
    {
        string document = await host.CreateAsync();
        await using var client = await host.ConnectAsync();
        await client.JoinAsync(document);
        await client.SendAsync("check", new { document, revision = 0, hash = 2166136261 });
        await client.SendAsync("check", new { document, revision = 0, hash = 1 });
        var refused = await client.NextAsync("refused");
        Assert.Equal("content_mismatch", refused.GetProperty("reason").GetString());
        Assert.Equal("check", refused.GetProperty("verb").GetString());
        Assert.Contains("hash at revision 0 is 1", refused.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_connection_carries_several_documents_up_to_the_limit()
    {
        await using var client = await host.ConnectAsync();
        var documents = new List<string>();
        for (int i = 0; i < 16; i++)
        {
            documents.Add(await host.CreateAsync());
            await client.JoinAsync(documents[i]);
        }

        string another = await host.CreateAsync();
        await client.SendAsync("join", new { document = another, version = 1 });
        Assert.Equal("too_many_documents", (await client.NextAsync("refused")).GetProperty("reason").GetString());
        await client.SendAsync("leave", new { document = documents[0] });
        await Eventually.IsTrue(async () =>
        {
            await client.SendAsync("join", new { document = another, version = 1 });
            return (await client.NextAsync("joined", "refused")).GetProperty("target").GetString() == "joined";
        }, "the place that was left is free again");
        await client.SubmitAsync(documents[5], 1, 0, "five");
        await client.OperationsAsync(0, 1);
        Assert.Equal("five", await host.TextAsync(documents[5]));
    }

    [Fact]
    public async Task A_page_of_another_origin_may_not_connect()
    {
        await (await host.ConnectAsync(origin: host.Http.BaseAddress!.GetLeftPart(UriPartial.Authority))).DisposeAsync();
        var failure = await Assert.ThrowsAsync<WebSocketException>(() => host.ConnectAsync(origin: "https://elsewhere.example"));
        Assert.Contains("403", failure.Message);
    }

    private static async Task SeesAsync(HubClient client, Func<System.Text.Json.JsonElement, bool> fact)
    {
        while (!fact(await client.NextAsync("presence")))
        {
        }
    }
}
