using System.Net.Http.Json;
using System.Text;
using static Collab.Tests.Hostile.RawClient;

namespace Collab.Tests.Hostile;

/// <summary>Messages that are none of the protocol, too much of it, or in no order.</summary>
internal static class MessageAttacks
{
    private static readonly string[] Unknown =
    [
        "OnConnectedAsync", "OnDisconnectedAsync", "Dispose", "ToString", "GetHashCode", "Equals", "GetType", "Finalize", "MemberwiseClone", "Refuse", "get_Context", "set_Clients", "Join", "SUBMIT", "join ", "", "..", "__proto__",
        "constructor", "\\u006aoin\\u0000", new('x', 100_000),
    ];

    private static readonly string[] Arguments =
    [
        "", "null", "1", "\"x\"", "true", "[]", "{}", "{},{}", "{\"document\":1}", "{\"document\":null}", "{\"document\":\"\"}", "{\"document\":\"../../etc\"}", "{\"document\":\"d\",\"document\":\"e\"}", "{\"document\":\"d\",\"x\":1}",
        "{\"document\":\"d\",\"sequence\":1e400,\"base\":-1,\"delta\":1}", "{\"document\":\"d\",\"from\":9223372036854775808}", "{\"document\":\"d\",\"revision\":0,\"state\":[]}", "{\"\\ud800\":1}", "{\"document\":\"\\udc00\"}",
        "{\"token\":{}}", "{\"document\":\"d\",\"version\":{}}",
    ];

    public static IEnumerable<Attack> All() =>
    [
        new("methods that are none of a client's business", (server, _) => RefusedAsync(server, Unknown.Select(target => Invoke(target, "{}")))),
        new("arguments of wrong number and type", (server, _) => RefusedAsync(server, from target in new[] { "join", "submit", "read", "presence", "check", "leave" } from argument in Arguments where !(target == "leave" && argument.Length == 0) select Invoke(target, argument))),
        new("other kinds of message", (server, _) => RefusedAsync(server, from type in new[] { 2, 3, 4, 5, 8, 9, 77, -1 } select $$"""{"type":{{type}},"invocationId":"1","target":"join","arguments":[],"item":1,"error":"x"}""")),
        new("deep JSON", (server, _) => RefusedAsync(server, Deep())),
        new("wide JSON", (server, _) => RefusedAsync(server, Wide())),
        new("a million members", MillionAsync),
        new("calls replayed and in no order", ReplayedAsync),
        new("one who submits without waiting for anything", HurriedAsync),
    ];

    private static IEnumerable<string> Deep() =>
    [
        SocketAttacks.Deep(100_000), Invoke("submit", SocketAttacks.Deep(100_000)), Invoke("presence", $$$"""{"document":"d","revision":0,"state":{"a":{{{SocketAttacks.Deep(60)}}}}}"""),
        Invoke("presence", $$$"""{"document":"d","revision":0,"state":{"a":{{{SocketAttacks.Deep(50_000)}}}}}"""), Invoke("submit", $$$"""{"document":"d","sequence":1,"base":0,"delta":[{"insert":"x","attributes":{"a":{{{SocketAttacks.Deep(40)}}}}}]}"""),
        string.Concat(Enumerable.Repeat("{\"a\":", 100_000)), Invoke("join", string.Concat(Enumerable.Repeat("{\"resume\":", 100_000))),
    ];

    private static IEnumerable<string> Wide() =>
    [
        Invoke("join", "{" + string.Join(',', Enumerable.Range(0, 60_000).Select(i => $"\"m{i}\":1")) + "}"), Invoke("join", "{" + string.Join(',', Enumerable.Repeat("\"document\":\"d\"", 50_000)) + "}"),
        Invoke("read", $$"""{"document":"d","from":{{new string('9', 900_000)}}}"""), Invoke("read", $$"""{"document":"d","from":0.{{new string('0', 900_000)}}1}"""), Invoke("join", string.Join(',', Enumerable.Repeat("{}", 200_000))),
        Invoke("join", $$"""{"document":"d","version":1,"name":"{{string.Concat(Enumerable.Repeat("\\ud800", 100_000))}}"}"""), "{\"type\":1," + string.Join(',', Enumerable.Repeat("\"target\":\"join\"", 50_000)) + "}",
    ];

    /// <summary>Each is answered with a refusal, and the connection lives.</summary>
    private static async Task<string> RefusedAsync(Uri server, IEnumerable<string> messages)
    {
        await using var client = await OpenAsync(server);
        int count = 0;
        foreach (string message in messages)
        {
            await client.SayAsync(message);
            // One by one, so that it is known which was not answered.
            await client.WhenHeardAsync("\"target\":\"refused\"", ++count);
        }

        await client.SayAsync("""{"type":6}""");
        Assert.False(client.IsClosed);
        return client.Heard;
    }

    private static async Task<string> MillionAsync(Uri server, int size)
    {
        await using var client = await OpenAsync(server);
        await client.SendAsync(Frame(Encoding.ASCII.GetBytes(Invoke("join", "{" + string.Join(',', Enumerable.Range(0, 1_000_000).Select(i => $"\"m{i}\":1")) + "}") + '\u001e')));
        await client.WhenClosedAsync();
        return client.Heard;
    }

    private static async Task<string> ReplayedAsync(Uri server, int size)
    {
        string document = await CreateAsync(server);
        string join = Invoke("join", $$"""{"document":"{{document}}","version":1}"""), leave = Invoke("leave", $$"""{"document":"{{document}}"}""");
        string submit = Invoke("submit", $$"""{"document":"{{document}}","sequence":1,"base":0,"delta":["x"]}""");
        await using var client = await OpenAsync(server);
        foreach (string message in new[] { leave, submit, leave, join, submit, submit, submit, join, leave, join, leave, leave })
            await client.SayAsync(message);
        await client.WhenHeardAsync("\"target\":\"joined\"", 3);
        string session = client.Member("session"), token = client.Member("token");

        // The same token by ten at once, and again.
        string resume = Invoke("join", $$$"""{"document":"{{{document}}}","version":1,"resume":{"session":"{{{session}}}","token":"{{{token}}}"}}""");
        var heard = new StringBuilder(client.Heard);
        for (int i = 0; i < 10; i++)
        {
            await using var thief = await OpenAsync(server);
            await thief.SayAsync(resume);
            await thief.SayAsync(submit);
            await thief.SayAsync(resume.Replace(token, token[..^2] + "xx", StringComparison.Ordinal));
            await thief.WhenHeardAsync("\"reason\":\"token_invalid\"");
            heard.AppendLine(thief.Heard);
        }

        return heard.ToString();
    }

    private static async Task<string> HurriedAsync(Uri server, int size)
    {
        string document = await CreateAsync(server);
        await using var client = await OpenAsync(server);
        await client.SayAsync(Invoke("join", $$"""{"document":"{{document}}","version":1}"""));
        await client.WhenHeardAsync("\"target\":\"joined\"");
        for (int i = 1; i <= 3_000 * size; i++)
            await client.SayAsync(Invoke("submit", $$"""{"document":"{{document}}","sequence":{{i}},"base":0,"delta":["{{i}}"]}"""));
        await client.SayAsync("that was all");
        await client.WhenHeardAsync("\"reason\":\"malformed\"");
        return client.Heard;
    }

    public static async Task<string> CreateAsync(Uri server, string kind = "text")
    {
        using var http = new HttpClient { BaseAddress = server };
        string id = $"h-{Guid.NewGuid():N}";
        (await http.PostAsJsonAsync("/api/documents", new { id, kind })).EnsureSuccessStatusCode();
        return id;
    }
}
