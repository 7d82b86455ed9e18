using System.Net.Http.Json;
using System.Text.Json;
using Collab.Tests.Web;

namespace Collab.Tests.Access;

/// <summary>Every verb of hub and REST, for every role, on own, foreign and missing documents, over real sockets: what <see cref="WhoMayWhat"/> says.</summary>
public sealed class AccessMatrixTests(AccessMatrix matrix) : IClassFixture<AccessMatrix>
{
    // A target that there is none of: refused at once, under this verb.
    private const string Nonsense = "nonsense";
    private const string NonsenseVerb = "?";

    private static readonly object[] Edit = [new { insert = "x" }, new { retain = 1 }];
    private static readonly object[] Comment = [new { retain = 1, attributes = new { comment = "c" } }];

    private static int _names;

    public static IEnumerable<object[]> Cases =>
        from actor in AccessMatrix.Actors from document in AccessMatrix.Documents select new object[] { actor.Actor, actor.Role, document };

    [Fact]
    public void The_table_has_every_verb_and_no_other()
    {
        Assert.NotEmpty(AccessMatrix.HubVerbs);
        Assert.NotEmpty(matrix.Endpoints);
        Assert.Equal(AccessMatrix.HubVerbs.Concat(matrix.Endpoints).Order(StringComparer.Ordinal), WhoMayWhat.Rows.Select(row => row.Verb).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Over_REST_everybody_hears_what_the_table_says(string actor, string role, string document)
    {
        var wrong = new List<string>();
        foreach (var row in WhoMayWhat.Rows.Where(row => row.Verb.Contains(' ', StringComparison.Ordinal)))
        {
            string heard = await AskAsync(actor, row, document), expected = row.Outcome(role, document);
            if (heard != expected)
                wrong.Add($"{row.Verb} {row.What}: {heard} in place of {expected}");
        }

        Assert.True(wrong.Count == 0, $"{actor}, {document} document:\n{string.Join('\n', wrong)}");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Over_the_hub_everybody_hears_what_the_table_says(string actor, string role, string document)
    {
        string id = AccessMatrix.IdOf(document);
        await using var client = await matrix.ConnectAsync(actor);
        var wrong = new List<string>();
        // In the table's order: join is the first, leave the last.
        (long sequence, string session) = (0, "");
        foreach (var row in WhoMayWhat.Rows.Where(row => !row.Verb.Contains(' ', StringComparison.Ordinal)))
        {
            (string heard, session) = await SendAsync(client, row, id, session, ++sequence);
            string expected = row.Outcome(role, document);
            if (heard != expected)
                wrong.Add($"{row.Verb} {row.What}: {heard} in place of {expected}");
        }

        Assert.True(wrong.Count == 0, $"{actor}, {document} document:\n{string.Join('\n', wrong)}");
    }

    [Fact]
    public async Task A_document_that_says_no_is_answered_as_one_that_isnt_there()
    {
        string there = AccessMatrix.IdOf("own"), missing = AccessMatrix.IdOf("missing");
        foreach (string endpoint in matrix.Endpoints.Where(endpoint => endpoint.Contains("{id}", StringComparison.Ordinal)))
        {
            var row = WhoMayWhat.Rows.First(row => row.Verb == endpoint);
            var answers = new List<(int Status, string Headers, string Body)>();
            foreach (string id in (string[])[there, missing])
            {
                using var answer = await AskAsync("none", row, id, "api-x");
                string headers = string.Join('\n', answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key is not ("Date" or "Content-Length")).Select(header => $"{header.Key}: {string.Join(',', header.Value)}"));
                answers.Add(((int)answer.StatusCode, headers, (await answer.Content.ReadAsStringAsync()).Replace(id, "ID", StringComparison.Ordinal)));
            }

            Assert.Equal(answers[0], answers[1]);
            Assert.Equal(404, answers[0].Status);
        }

        await using var client = await matrix.ConnectAsync("none");
        var refusals = new List<string>();
        foreach (string id in (string[])[there, missing])
        {
            await client.SendAsync("join", new { document = id, version = 1 });
            refusals.Add((await client.NextAsync("refused")).GetRawText().Replace(id, "ID", StringComparison.Ordinal));
        }

        Assert.Equal(refusals[0], refusals[1]);
    }

    private static string Name() => $"api-{Interlocked.Increment(ref _names)}";

    /// <summary>What comes of a request: <c>ok</c>, whether the document is listed, or the reason of the refusal.</summary>
    private async Task<string> AskAsync(string actor, WhoMayWhat row, string document)
    {
        string id = AccessMatrix.IdOf(document);
        if (row.Verb == "GET /api/documents")
            return await ListAsync(actor, id);
        // A document that is missing is to stay so.
        if (row.Verb == "POST /api/documents" && document == "missing")
            id = $"{id}-{Interlocked.Increment(ref _names)}";
        var (victim, session) = row.Verb.EndsWith("{session}", StringComparison.Ordinal) && document == "own" ? await matrix.JoinAsAdminAsync(id) : (null, "0123456789abcdef01234567");
        using var answer = await AskAsync(actor, row, id, Name(), session);
        if (victim is not null)
            await victim.DisposeAsync();
        return answer.IsSuccessStatusCode ? "ok" : (await answer.Content.ReadFromJsonAsync<JsonElement>()).Text("reason");
    }

    private Task<HttpResponseMessage> AskAsync(string actor, WhoMayWhat row, string id, string name, string session = "0123456789abcdef01234567")
    {
        string[] verb = row.Verb.Split(' ');
        string path = verb[1].Replace("{id}", id, StringComparison.Ordinal).Replace("{session}", session, StringComparison.Ordinal).Replace("{subject}", "somebody", StringComparison.Ordinal);
        Assert.DoesNotContain("{", path, StringComparison.Ordinal);
        object? body = (verb[0], verb[1]) switch
        {
            ("POST", "/api/documents") => new { id, kind = "richtext" },
            ("POST", "/api/documents/{id}/operations") => new { session = name, sequence = 1, @base = 0, delta = row.What == "a comment" ? Comment : Edit },
            ("PUT", "/api/documents/{id}/permissions/{subject}") => new { role = "viewer" },
            ("GET" or "DELETE", _) => null,
            _ => throw new NotSupportedException($"{row.Verb} needs a body: say here which."),
        };
        return matrix.AskAsync(actor, new HttpMethod(verb[0]), path, body);
    }

    private async Task<string> ListAsync(string actor, string id)
    {
        string? next = null;
        do
        {
            using var answer = await matrix.AskAsync(actor, HttpMethod.Get, $"/api/documents?limit=3{(next is null ? "" : $"&after={next}")}");
            var page = await answer.Content.ReadFromJsonAsync<JsonElement>();
            if (!answer.IsSuccessStatusCode)
                return page.Text("reason");
            if (page.GetProperty("documents").EnumerateArray().Any(document => document.Text("id") == id))
                return "listed";
            next = page.TryGetProperty("next", out var cursor) ? cursor.GetString() : null;
        }
        while (next is not null);
        return "unlisted";
    }

    /// <summary>What comes of a message: the reason of its refusal, or <c>ok</c>. Who may is judged as it comes, so a refusal is there before that of the nonsense sent behind it; of an edit the authority says later.</summary>
    /// <returns>Also the session that the connection has in the document from now on.</returns>
    private static async Task<(string Heard, string Session)> SendAsync(HubClient client, WhoMayWhat row, string document, string session, long sequence)
    {
        await client.SendAsync(row.Verb, row.Verb switch
        {
            "join" => (object)new { document, version = 1 },
            "submit" => new { document, sequence = sequence, @base = 0, delta = row.What == "a comment" ? Comment : Edit },
            "read" => new { document, from = 0 },
            "presence" => new { document, revision = 0, state = (object?)null },
            "check" => new { document, revision = 0, hash = 1 },
            "quality" => new { document, sent = 1 },
            "leave" => new { document },
            _ => throw new NotSupportedException($"{row.Verb} needs an argument: say here which."),
        });
        bool isAwaited = row.Verb is "join" or "submit";
        if (!isAwaited)
            await client.SendAsync(Nonsense, new { document });
        while (true)
        {
            var message = await client.NextFrameAsync();
            string target = message.Text("target");
            if (target == "refused" && message.Text("verb") == NonsenseVerb)
                return ("ok", session);
            if (target == "refused" && message.Text("verb") == row.Verb && message.Text("reason") != "content_mismatch")
                return (await AfterAsync(message.Text("reason")), session);
            if (row.Verb == "join" && target == "joined")
                return ("ok", message.Text("session"));
            if (row.Verb == "submit" && target == "operations" && message.GetProperty("operations").EnumerateArray().Any(IsOwn))
                return ("ok", session);
        }

        bool IsOwn(JsonElement operation) => operation.Text("session") == session && operation.GetProperty("sequence").GetInt64() == sequence;

        async Task<string> AfterAsync(string reason)
        {
            while (!isAwaited)
            {
                var message = await client.NextFrameAsync();
                if (message.Text("target") == "refused" && message.Text("verb") == NonsenseVerb)
                    break;
            }

            return reason;
        }
    }
}
