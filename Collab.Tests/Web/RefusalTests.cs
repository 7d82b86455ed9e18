namespace Collab.Tests.Web;

/// <summary>What breaks a rule is answered, and the connection stays.</summary>
public sealed class RefusalTests(WebHost host) : IClassFixture<WebHost>
{
    private static string Frame(string target, string arguments) => $$"""{"type":1,"target":"{{target}}","arguments":[{{arguments}}]}""";

    public static TheoryData<string, string, string> MalformedFrames => new()
    {
        { "not JSON", "hello", "?" },
        { "cut off", """{"type":1,"target":"submit","arguments":[""", "?" },
        { "something behind", Frame("leave", """{"document":"d"}""") + "1", "?" },
        { "not an object", "[1]", "?" },
        { "another type", """{"type":4,"invocationId":"1","target":"read","arguments":[]}""", "read" },
        { "unknown type", """{"type":77}""", "?" },
        { "invoked instead of sent", """{"type":1,"invocationId":"1","target":"read","arguments":[{"document":"d","from":0}]}""", "read" },
        { "unknown target", Frame("destroy", """{"document":"d"}"""), "?" },
        { "another case", Frame("Read", """{"document":"d","from":0}"""), "?" },
        { "no argument", Frame("read", ""), "read" },
        { "two arguments", Frame("read", """{"document":"d","from":0},{}"""), "read" },
        { "arguments are no array", """{"type":1,"target":"read","arguments":{"document":"d","from":0}}""", "read" },
        { "argument is no object", Frame("read", "7"), "read" },
        { "argument is null", Frame("read", "null"), "read" },
        { "missing member", Frame("read", """{"document":"d"}"""), "read" },
        { "unknown member", Frame("read", """{"document":"d","from":0,"to":9}"""), "read" },
        { "member twice", Frame("read", """{"document":"d","from":0,"from":1}"""), "read" },
        { "string for a number", Frame("read", """{"document":"d","from":"0"}"""), "read" },
        { "negative", Frame("read", """{"document":"d","from":-1}"""), "read" },
        { "fraction", Frame("read", """{"document":"d","from":1.5}"""), "read" },
        { "exponent", Frame("read", """{"document":"d","from":1e3}"""), "read" },
        { "beyond 2^53", Frame("read", """{"document":"d","from":9007199254740993}"""), "read" },
        { "beyond 64 bits", Frame("read", """{"document":"d","from":99999999999999999999999}"""), "read" },
        { "number for a string", Frame("leave", """{"document":1}"""), "leave" },
        { "empty id", Frame("leave", """{"document":""}"""), "leave" },
        { "id with a slash", Frame("leave", """{"document":"a/b"}"""), "leave" },
        { "id too long", Frame("leave", $$"""{"document":"{{new string('a', 129)}}"}"""), "leave" },
        { "lone surrogate", Frame("join", """{"document":"d","version":1,"name":"\ud800"}"""), "join" },
        { "name too long", Frame("join", $$"""{"document":"d","version":1,"name":"{{new string('a', 65)}}"}"""), "join" },
        { "colour that is none", Frame("join", """{"document":"d","version":1,"color":"red;}"}"""), "join" },
        { "resume without a token", Frame("join", """{"document":"d","version":1,"resume":{"session":"s"}}"""), "join" },
        { "sequence 0", Frame("submit", """{"document":"d","sequence":0,"base":0,"delta":["a"]}"""), "submit" },
        { "delta is a string", Frame("submit", """{"document":"d","sequence":1,"base":0,"delta":"a"}"""), "submit" },
        { "hash beyond 32 bits", Frame("check", """{"document":"d","revision":0,"hash":4294967296}"""), "check" },
        { "a resent part above one", Frame("quality", """{"document":"d","sent":1,"resent":1.01}"""), "quality" },
        { "a negative round trip", Frame("quality", """{"document":"d","sent":1,"rtt":-0.5}"""), "quality" },
        { "jitter beyond ten minutes", Frame("quality", """{"document":"d","sent":1,"jitter":600000.5}"""), "quality" },
        { "a propagation that is no number", Frame("quality", """{"document":"d","sent":1,"propagation":null}"""), "quality" },
        { "a rate beyond any", Frame("quality", """{"document":"d","sent":1,"updateRate":1e999}"""), "quality" },
        { "quality without a clock", Frame("quality", """{"document":"d","rtt":1}"""), "quality" },
        { "state is an array", Frame("presence", """{"document":"d","revision":0,"state":[]}"""), "presence" },
        { "state too large", Frame("presence", """{"document":"d","revision":0,"state":{"a":"%"}}""".Replace("%", new string('a', 5000))), "presence" },
        { "nested too deep", Frame("submit", $$"""{"document":"d","sequence":1,"base":0,"delta":{{new string('[', 100)}}{{new string(']', 100)}}}"""), "?" },
    };

    [Theory]
    [MemberData(nameof(MalformedFrames))]
    public async Task A_malformed_message_is_refused_and_the_connection_stays(string what, string frame, string verb)
    {
        string document = await host.CreateAsync();
        await using var client = await host.ConnectAsync();
        await client.JoinAsync(document);
        await client.SendRawAsync(frame);
        var refused = await client.NextAsync("refused");
        Assert.True(refused.GetProperty("reason").GetString() == "malformed", what);
        Assert.Equal("give_up", refused.GetProperty("action").GetString());
        Assert.Equal(verb, refused.GetProperty("verb").GetString());
        Assert.NotEmpty(refused.GetProperty("detail").GetString()!);
        await client.SubmitAsync(document, 1, 0, "still here");
        await client.OperationsAsync(0, 1);
    }

    [Fact]
    public async Task The_refusal_of_a_submission_names_its_document_and_sequence()
    {
        await using var client = await host.ConnectAsync();
        await client.SendRawAsync(Frame("submit", """{"document":"d","sequence":7,"base":0,"delta":["a"],"more":1}"""));
        var refused = await client.NextAsync("refused");
        Assert.Equal("d", refused.GetProperty("document").GetString());
        Assert.Equal(7, refused.GetProperty("sequence").GetInt64());
    }

    [Fact]
    public async Task Members_of_a_frame_may_come_in_any_order()
    {
        string document = await host.CreateAsync();
        await using var client = await host.ConnectAsync();
        await client.SendRawAsync($$"""{"arguments":[{"version":1,"document":"{{document}}"}],"headers":{"a":"b"},"target":"join","type":1}""");
        await client.NextAsync("joined");
    }

    [Fact]
    public async Task A_paste_of_200_kB_works()
    {
        string document = await host.CreateAsync();
        await using var ann = await host.ConnectAsync();
        await using var bob = await host.ConnectAsync();
        await ann.JoinAsync(document);
        await bob.JoinAsync(document, "Bob");
        string paste = string.Concat(Enumerable.Repeat("Zwölf Boxkämpfer 🥊 ", 10_000));
        await ann.SubmitAsync(document, 1, 0, paste);
        Assert.Equal(paste, (await ann.OperationsAsync(0, 1))[0].GetProperty("delta")[0].GetString());
        Assert.Equal(paste, (await bob.OperationsAsync(0, 1))[0].GetProperty("delta")[0].GetString());
        Assert.Equal(paste, await host.TextAsync(document));
    }

    [Fact]
    public async Task A_message_over_the_limit_is_refused_and_the_connection_stays()
    {
        string document = await host.CreateAsync();
        await using var client = await host.ConnectAsync();
        await client.JoinAsync(document);
        await client.SubmitAsync(document, 1, 0, new string('x', 1_200_000));
        var refused = await client.NextAsync("refused");
        Assert.Equal("message_too_large", refused.GetProperty("reason").GetString());
        Assert.Equal("submit", refused.GetProperty("verb").GetString());
        Assert.Equal(1, refused.GetProperty("sequence").GetInt64());
        Assert.Contains("1048576", refused.GetProperty("detail").GetString());
        await client.SubmitAsync(document, 2, 0, "small");
        await client.OperationsAsync(0, 1);
    }

    [Fact]
    public async Task A_message_over_twice_the_limit_closes_the_connection()
    {
        await using var client = await host.ConnectAsync();
        await client.SendRawAsync(Frame("read", $"\"{new string('x', 2_200_000)}\""));
        await Eventually.IsTrue(() => client.IsClosed);
    }

    [Fact]
    public async Task An_operation_over_its_limit_is_refused_with_value_and_limit()
    {
        string document = await host.CreateAsync();
        await using var client = await host.ConnectAsync();
        await client.JoinAsync(document);
        await client.SubmitAsync(document, 1, 0, new string('x', 600_000));
        var refused = await client.NextAsync("refused");
        Assert.Equal("operation_too_large", refused.GetProperty("reason").GetString());
        Assert.Equal(1, refused.GetProperty("sequence").GetInt64());
    }

    [Fact]
    public async Task Refusals_of_the_cluster_reach_the_client_with_their_reason()
    {
        string document = await host.CreateAsync();
        await using var client = await host.ConnectAsync();
        await client.SendAsync("join", new { document = "nowhere", version = 1 });
        Assert.Equal("document_not_found", (await client.NextAsync("refused")).GetProperty("reason").GetString());
        await client.SendAsync("join", new { document, version = 2 });
        Assert.Equal("unsupported_version", (await client.NextAsync("refused")).GetProperty("reason").GetString());
        await client.SendAsync("join", new { document, version = 1, resume = new { session = "someone", token = "made-up" } });
        Assert.Equal("token_invalid", (await client.NextAsync("refused")).GetProperty("reason").GetString());
        await client.SubmitAsync(document, 1, 0, "a");
        Assert.Equal("not_joined", (await client.NextAsync("refused")).GetProperty("reason").GetString());
        await client.JoinAsync(document);
        await client.SubmitAsync(document, 1, 0, 5, "a");
        Assert.Equal("length_mismatch", (await client.NextAsync("refused")).GetProperty("reason").GetString());
        await client.SubmitAsync(document, 1, 9, "a");
        Assert.Equal("revision_ahead", (await client.NextAsync("refused")).GetProperty("reason").GetString());
        await client.SendRawAsync(Frame("submit", $$"""{"document":"{{document}}","sequence":1,"base":0,"delta":[{"insert":1}]}"""));
        Assert.Equal("malformed", (await client.NextAsync("refused")).GetProperty("reason").GetString());
    }
}
