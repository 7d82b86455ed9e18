using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Collab.Tests.Web;

namespace Collab.Tests.EndToEnd;

/// <summary>(session, sequence) applies once: over the death of the process, on two connections at once, and without meaning anything in another session.</summary>
public sealed class ExactlyOnceTests(CollaborationTests.Server server) : IClassFixture<CollaborationTests.Server>
{
    [Fact]
    public async Task What_is_submitted_again_after_the_server_was_killed_is_acknowledged_at_its_old_revision()
    {
        string id = await CreateAsync();
        var before = await ConnectAsync();
        var joined = await before.JoinAsync(id);
        await SubmitThreeAsync(before, id);
        await CrashAsync(before);

        await using var after = await ConnectAsync();
        var again = await after.JoinAsync(id, resume: Resume(joined), revision: 3);
        Assert.Equal((3, 3), Applied(again));
        for (int sequence = 1; sequence <= 3; sequence++)
        {
            await SubmitAsync(after, id, sequence);
            var acknowledged = await after.NextAsync("acknowledged");
            Assert.Equal((sequence, sequence), (Long(acknowledged, "sequence"), Long(acknowledged, "revision")));
        }

        Assert.Equal("cba", await TextAsync(id));
    }

    [Fact]
    public async Task A_sequence_with_another_content_is_refused_also_after_the_server_was_killed()
    {
        string id = await CreateAsync();
        var before = await ConnectAsync();
        var joined = await before.JoinAsync(id);
        await SubmitThreeAsync(before, id);
        await IsReusedAsync(before, id, sequence: 3);
        await CrashAsync(before);

        await using var after = await ConnectAsync();
        await after.JoinAsync(id, resume: Resume(joined), revision: 3);
        for (int sequence = 1; sequence <= 3; sequence++)
            await IsReusedAsync(after, id, sequence);
        Assert.Equal("cba", await TextAsync(id));
    }

    [Fact]
    public async Task A_session_that_is_resumed_after_the_server_was_killed_goes_on_with_its_sequence()
    {
        string id = await CreateAsync();
        var before = await ConnectAsync();
        var joined = await before.JoinAsync(id);
        await SubmitThreeAsync(before, id);
        await CrashAsync(before);

        await using var after = await ConnectAsync();
        var again = await after.JoinAsync(id, resume: Resume(joined), revision: 3);
        Assert.Equal(joined.GetProperty("session").GetString(), again.GetProperty("session").GetString());
        await SubmitAsync(after, id, 4);
        var operation = Assert.Single(await after.OperationsAsync(3, 4));
        Assert.Equal((again.GetProperty("session").GetString(), 4), (operation.GetProperty("session").GetString(), Long(operation, "sequence")));
        Assert.Equal("dcba", await TextAsync(id));
    }

    [Fact]
    public async Task What_was_on_its_way_when_the_server_was_killed_is_applied_once()
    {
        string id = await CreateAsync();
        var connection = await ConnectAsync();
        var joined = await connection.JoinAsync(id);
        for (int round = 1; round <= 5; round++)
        {
            // Whether it was applied, nobody can know.
            await SubmitAsync(connection, id, round);
            await CrashAsync(connection);

            connection = await ConnectAsync();
            joined = await connection.JoinAsync(id, resume: Resume(joined));
            bool isApplied = Applied(joined).Sequence == round;
            await SubmitAsync(connection, id, round);
            if (isApplied)
                Assert.Equal(round, Long(await connection.NextAsync("acknowledged"), "revision"));
            else
                await connection.OperationsAsync(round - 1, round);
        }

        await connection.DisposeAsync();
        Assert.Equal("edcba", await TextAsync(id));
    }

    [Fact]
    public async Task Two_connections_of_one_session_that_submit_the_same_sequence_at_once_apply_it_once()
    {
        string id = await CreateAsync();
        await using var first = await ConnectAsync();
        var joined = await first.JoinAsync(id);
        await SubmitAsync(first, id, 1);
        await first.OperationsAsync(0, 1);
        for (int sequence = 2; sequence <= 20; sequence++)
        {
            await using var left = await ConnectAsync();
            await using var right = await ConnectAsync();
            var resume = Resume(joined);
            var outcomes = await Task.WhenAll(JoinAndSubmitAsync(left, id, sequence, resume), JoinAndSubmitAsync(right, id, sequence, resume));

            // One of them may have lost its admission to the other, and does not matter any more.
            var settled = outcomes.Where(outcome => outcome is not null).ToList();
            Assert.NotEmpty(settled);
            Assert.All(settled, revision => Assert.Equal(sequence, revision));
        }

        using var api = new Api(server.Url);
        var (text, operations) = await api.ReplayAsync(id);
        Assert.Equal("tsrqponmlkjihgfedcba", text);
        Assert.Equal(Enumerable.Range(1, 20).Select(sequence => (joined.GetProperty("session").GetString()!, (long)sequence)), operations);
    }

    [Fact]
    public async Task A_connection_that_lost_its_session_to_another_can_not_submit_any_more()
    {
        string id = await CreateAsync();
        await using var first = await ConnectAsync();
        await using var second = await ConnectAsync();
        var joined = await first.JoinAsync(id);
        await second.JoinAsync(id, resume: Resume(joined), revision: 0);
        await SubmitAsync(first, id, 1);
        await SubmitAsync(second, id, 1);
        await second.OperationsAsync(0, 1);
        var told = await first.NextAsync("closed", "refused");
        Assert.Contains(told.GetProperty("reason").GetString(), (string[])["superseded", "not_admitted", "not_joined"]);
        Assert.Equal("a", await TextAsync(id));
    }

    [Fact]
    public async Task The_same_sequence_in_two_sessions_is_two_operations()
    {
        string id = await CreateAsync();
        await using var ann = await ConnectAsync();
        await using var bob = await ConnectAsync();
        await ann.JoinAsync(id);
        await bob.JoinAsync(id, "Bob");
        await SubmitAsync(ann, id, 1);
        await Task.WhenAll(ann.OperationsAsync(0, 1), bob.OperationsAsync(0, 1));
        await bob.SubmitAsync(id, 1, 1, "a", 1);
        await bob.OperationsAsync(1, 2);
        var (status, _) = await PostAsync(id, "api-c", 1, 2, "a", 2);
        Assert.Equal(200, status);
        Assert.Equal("aaa", await TextAsync(id));
    }

    [Fact]
    public async Task A_session_of_the_hub_can_not_be_used_over_rest_nor_one_of_rest_on_the_hub()
    {
        string id = await CreateAsync();
        await using var ann = await ConnectAsync();
        var joined = await ann.JoinAsync(id);
        var (status, answer) = await PostAsync(id, joined.GetProperty("session").GetString()!, 1, 0, "a");
        Assert.Equal((400, "malformed"), (status, answer.GetProperty("reason").GetString()));

        await PostAsync(id, "api-x", 1, 0, "x");
        await ann.OperationsAsync(0, 1);
        await IsTokenInvalidAsync(id, new { session = "api-x", token = joined.GetProperty("token").GetString() });
        await ann.SubmitAsync(id, 1, 1, "a", 1);
        await ann.OperationsAsync(1, 2);
        Assert.Equal("ax", await TextAsync(id));
    }

    [Fact]
    public async Task A_token_opens_no_other_session_and_no_other_document()
    {
        string id = await CreateAsync(), other = await CreateAsync();
        await using var ann = await ConnectAsync();
        await using var bob = await ConnectAsync();
        var anns = await ann.JoinAsync(id);
        var bobs = await bob.JoinAsync(id, "Bob");
        await IsTokenInvalidAsync(id, new { session = anns.GetProperty("session").GetString(), token = bobs.GetProperty("token").GetString() });
        await IsTokenInvalidAsync(other, Resume(anns));
        await IsTokenInvalidAsync(id, new { session = anns.GetProperty("session").GetString(), token = "x" });
    }

    [Fact]
    public async Task A_rest_call_repeated_after_the_server_was_killed_is_a_duplicate_and_another_content_is_refused()
    {
        string id = await CreateAsync();
        Assert.Equal(200, (await PostAsync(id, "api-a", 1, 0, "a")).Status);
        Assert.Equal(200, (await PostAsync(id, "api-a", 2, 1, "b", 1)).Status);
        await CrashAsync();
        foreach (var (sequence, delta) in new (long, object[])[] { (1, ["a"]), (2, ["b", 1]) })
        {
            var (status, answer) = await PostAsync(id, "api-a", sequence, sequence - 1, delta);
            Assert.Equal((200, sequence, true), (status, Long(answer, "revision"), answer.GetProperty("duplicate").GetBoolean()));
        }

        var (refusedAs, refused) = await PostAsync(id, "api-a", 1, 0, "z");
        Assert.Equal((409, "sequence_reused"), (refusedAs, refused.GetProperty("reason").GetString()));
        Assert.Equal("ba", await TextAsync(id));
    }

    // At the beginning of the text, the letter that belongs to the sequence; based on the revision before.
    private static Task SubmitAsync(HubClient client, string id, long sequence) => sequence == 1
        ? client.SubmitAsync(id, 1, 0, "a")
        : client.SubmitAsync(id, sequence, sequence - 1, ((char)('a' + sequence - 1)).ToString(), sequence - 1);

    private static async Task SubmitThreeAsync(HubClient client, string id)
    {
        for (int sequence = 1; sequence <= 3; sequence++)
        {
            await SubmitAsync(client, id, sequence);
            await client.OperationsAsync(sequence - 1, sequence);
        }
    }

    private static async Task IsReusedAsync(HubClient client, string id, long sequence)
    {
        await client.SubmitAsync(id, sequence, 3, "other", 3);
        var refused = await client.NextAsync("refused");
        Assert.Equal((sequence, "sequence_reused", "give_up"), (Long(refused, "sequence"), refused.GetProperty("reason").GetString(), refused.GetProperty("action").GetString()));
    }

    /// <returns>The revision that its submission is, or null when the other connection took the session.</returns>
    private static async Task<long?> JoinAndSubmitAsync(HubClient client, string id, long sequence, Resumption resume)
    {
        await client.SendAsync("join", new { document = id, version = 1, name = "Ann", resume, revision = sequence - 1 });
        var joined = await client.NextAsync("joined", "refused");
        if (joined.GetProperty("target").GetString() == "refused")
            return null;
        await SubmitAsync(client, id, sequence);
        while (true)
        {
            var told = await client.NextAsync("operations", "acknowledged", "closed", "refused");
            switch (told.GetProperty("target").GetString())
            {
                case "acknowledged":
                    return Long(told, "revision");
                case "operations":
                    foreach (var (operation, index) in told.GetProperty("operations").EnumerateArray().Select((operation, index) => (operation, index)))
                        if (operation.GetProperty("session").GetString() == resume.Session && Long(operation, "sequence") == sequence)
                            return Long(told, "revision") + index;
                    break;
                case "closed":
                    Assert.Equal("superseded", told.GetProperty("reason").GetString());
                    return null;
                default:
                    Assert.Contains(told.GetProperty("reason").GetString(), (string[])["not_admitted", "not_joined"]);
                    return null;
            }
        }
    }

    private static Resumption Resume(JsonElement joined) => new(joined.GetProperty("session").GetString()!, joined.GetProperty("token").GetString()!);

    private static (long Sequence, long Revision) Applied(JsonElement joined)
    {
        var applied = joined.GetProperty("applied");
        return (Long(applied, "sequence"), Long(applied, "revision"));
    }

    private static long Long(JsonElement message, string member) => message.GetProperty(member).GetInt64();

    private Task<HubClient> ConnectAsync() => HubClient.ConnectAsync(new Uri(server.Url, "collab"), origin: null, receiveBuffer: null);

    private async Task IsTokenInvalidAsync(string id, object resume)
    {
        await using var client = await ConnectAsync();
        await client.SendAsync("join", new { document = id, version = 1, name = "Eve", resume });
        Assert.Equal("token_invalid", (await client.NextAsync("refused")).GetProperty("reason").GetString());
    }

    private async Task CrashAsync(HubClient? client = null)
    {
        await server.Process.KillAsync();
        if (client is not null)
            await client.DisposeAsync();
        await server.Process.StartAgainAsync();
    }

    private async Task<string> CreateAsync()
    {
        string id = $"once-{Guid.NewGuid():N}";
        using var http = new HttpClient();
        using var answer = await http.PostAsJsonAsync(new Uri(server.Url, "api/documents"), new { id, kind = "text" });
        Assert.True(answer.IsSuccessStatusCode);
        return id;
    }

    private async Task<(int Status, JsonElement Answer)> PostAsync(string id, string session, long sequence, long @base, params object[] delta)
    {
        using var http = new HttpClient();
        using var answer = await http.PostAsJsonAsync(new Uri(server.Url, $"api/documents/{id}/operations"), new { session, sequence, @base, delta });
        return ((int)answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    private async Task<string> TextAsync(string id)
    {
        using var api = new Api(server.Url);
        return await api.TextAsync(id);
    }

    private sealed record Resumption([property: JsonPropertyName("session")] string Session, [property: JsonPropertyName("token")] string Token);
}
