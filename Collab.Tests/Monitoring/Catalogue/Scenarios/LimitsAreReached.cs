namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>A client goes over its limits: messages that are too large or can't be read, presence that is too deep and too frequent, one document too many, operations and requests that come too fast.</summary>
/// <param name="documentsPerConnection">Documents that a connection may be in.</param>
internal sealed class LimitsAreReached(int documentsPerConnection) : Scenario
{
    private static readonly string[] Limits =
        ["message_bytes", "operation_components", "presence_state_bytes", "presence_state_depth", "presence_rate", "documents_per_connection", "session_operations", "connection_requests", "sessions_per_document"];

    public override IEnumerable<Move> Moves =>
    [
        .. Limits.Select(limit => Move.AtLeast($"collab_limit_refusals_total{{limit=\"{limit}\"}}", 1)),
        Move.AtLeast("collab_websocket_messages_total{type=\"refuse\",direction=\"in\"}", 1),
        Move.AtLeast("collab_websocket_messages_total{type=\"refused\",direction=\"out\"}", 5),
        Move.AtLeast("collab_websocket_messages_total{type=\"presence\",direction=\"in\"}", 2),
        Move.AtLeast("collab_websocket_messages_total{type=\"read\",direction=\"in\"}", 1),
    ];

    public override async Task HappenAsync(Stage stage)
    {
        string document = await stage.CreateAsync();
        var client = await stage.ConnectAsync();
        await stage.JoinAsync(client, document);
        await client.SendRawAsync("not a message");
        await client.SubmitAsync(document, 1, 0, new string('x', 20_000));
        await client.SubmitAsync(document, 1, 0, [.. Enumerable.Repeat("x", 20)]);
        await client.SendAsync("presence", new { document, revision = 0, state = new { a = new string('x', 300) } });
        await client.SendRawAsync($$$"""{"type":1,"target":"presence","arguments":[{"document":"{{{document}}}","revision":0,"state":{"a":[[[[]]]]}}]}""");
        for (int i = 0; i < 3; i++)
            await client.SendAsync("presence", new { document, revision = 0, state = new { i } });
        for (int i = 0; i < 5; i++)
            await client.NextAsync("refused");

        var other = await stage.ConnectAsync();
        await other.SendAsync("join", new { document, version = 1 });
        Assert.Equal("too_many_sessions", (await other.NextAsync("refused")).GetProperty("reason").GetString());
        for (int i = 0; i < documentsPerConnection; i++)
            await stage.JoinAsync(other, await stage.CreateAsync());
        await other.SendAsync("join", new { document = await stage.CreateAsync(), version = 1 });
        Assert.Equal("too_many_documents", (await other.NextAsync("refused")).GetProperty("reason").GetString());

        await UntilRateLimitedAsync(i => client.SubmitAsync(document, i + 1, 99, "x"));
        await UntilRateLimitedAsync(_ => client.SendAsync("read", new { document, from = 99 }));

        // Each is refused for what it says, until it is for how often it comes.
        async Task UntilRateLimitedAsync(Func<int, Task> send)
        {
            string? reason = null;
            for (int i = 0; reason != "rate_limited"; i++)
            {
                await send(i);
                reason = (await client.NextAsync("refused")).GetProperty("reason").GetString();
            }
        }
    }
}
