using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Collab.Web.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using static Collab.Tests.Hostile.RawClient;

namespace Collab.Tests.Web;

/// <summary>WebSockets that are served without SignalR: byte for byte what it would do, and beside those that are its own.</summary>
public sealed class SocketTests(WebHost host) : IClassFixture<WebHost>
{
    private const string Hello = """{"protocol":"json","version":1}""" + "\u001e";

    private Uri Server => host.Http.BaseAddress!;

    [Fact]
    public async Task A_connection_that_was_negotiated_edits_with_one_that_was_not()
    {
        string document = await host.CreateAsync();
        using var answer = await host.Http.PostAsync("/collab/negotiate?negotiateVersion=1", null);
        string token = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("connectionToken").GetString()!;
        await using var negotiated = await HubClient.ConnectAsync(new Uri(Server, $"/collab?id={Uri.EscapeDataString(token)}"), null, null);
        await using var direct = await host.ConnectAsync();
        await negotiated.JoinAsync(document);
        await direct.JoinAsync(document, "Bob");
        await negotiated.SubmitAsync(document, 1, 0, "a");
        await Task.WhenAll(negotiated.OperationsAsync(0, 1), direct.OperationsAsync(0, 1));
        await direct.SubmitAsync(document, 1, 1, 1, "b");
        await Task.WhenAll(negotiated.OperationsAsync(1, 2), direct.OperationsAsync(1, 2));
        Assert.Equal("ab", await host.TextAsync(document));
    }

    [Fact]
    public async Task A_websocket_with_an_id_that_nobody_negotiated_is_refused()
    {
        await using var client = await ConnectAsync(Server);
        await client.SendAsync(Upgrade(Server, "/collab?id=unknown"));
        await client.WhenHeardAsync("HTTP/1.1 404");
    }

    [Fact]
    public async Task The_first_messages_may_come_with_the_handshake()
    {
        string document = await host.CreateAsync();
        await using var client = await UpgradeAsync(Server);
        await client.SendAsync(Frame(Encoding.UTF8.GetBytes(Hello + Invoke("join", $$"""{"document":"{{document}}","version":1}""") + "\u001e")));
        await client.WhenHeardAsync("\"target\":\"joined\"");
    }

    [Fact]
    public async Task Answers_come_in_the_order_of_the_messages_however_these_are_cut()
    {
        const int Messages = 200;
        await using var client = await OpenAsync(Server);
        var text = new StringBuilder();
        for (int i = 1; i <= Messages; i++)
        {
            // Two verbs in turn, neither of which this connection may do.
            text.Append(i % 2 == 0 ? Invoke("submit", $$"""{"document":"nobody-is-here","sequence":{{i}},"base":0,"delta":[]}""") : Invoke($"unknown-{i}", $$"""{"sequence":{{i}}}""")).Append('\u001e');
        }

        byte[] all = Encoding.UTF8.GetBytes(text.ToString());
        byte[] frames = [.. Frame(all[..777], Binary, isLast: false), .. Frame(all[777..5000], Continuation, isLast: false), .. Frame(all[5000..], Continuation)];
        for (int at = 0; at < frames.Length; at += 1000)
            await client.SendAsync(frames.AsMemory(at, Math.Min(1000, frames.Length - at)));
        await client.WhenHeardAsync("\"target\":\"refused\"", Messages);
        var sequences = System.Text.RegularExpressions.Regex.Matches(client.Heard, "\"sequence\":([0-9]+)").Select(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(Enumerable.Range(1, Messages), sequences);
    }

    [Fact]
    public async Task A_message_may_be_as_long_as_the_limit_and_one_twice_as_long_ends_the_connection()
    {
        const int Limit = 1 << 20;
        await using var client = await OpenAsync(Server);
        string Long(int bytes) => Invoke("join", $$"""{"document":"{{new string('x', bytes)}}"}""");
        await client.SayAsync(Long(Limit - 1000));
        await client.WhenHeardAsync("\"reason\":\"malformed\"");
        await client.SayAsync(Long(Limit + 1000));
        await client.WhenHeardAsync("\"reason\":\"message_too_large\"");
        await client.SayAsync(Long((2 * Limit) + 1000));
        await client.WhenClosedAsync();
    }

    [Fact]
    public async Task A_ping_of_WebSocket_is_answered_and_so_is_a_close()
    {
        await using var client = await OpenAsync(Server);
        await client.SendAsync(Frame("are you there"u8.ToArray(), Ping));
        await client.WhenHeardAsync("are you there");
        await client.SendAsync(Frame([0x03, 0xe8], Close));
        await client.WhenClosedAsync();
        // Status 1000, which is no UTF-8, and nothing behind it.
        Assert.EndsWith("are you there\u0003\ufffd", client.Heard, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_stops_says_goodbye_and_closes()
    {
        var stopping = new WebHost();
        await stopping.StartAsync();
        await using (var client = await OpenAsync(stopping.Http.BaseAddress!))
        {
            var stop = stopping.StopAsync();
            await client.WhenHeardAsync("""{"type":7}""");
            await client.SendAsync(Frame([0x03, 0xe8], Close));
            await client.WhenClosedAsync();
            await stop;
        }

        await stopping.DisposeAsync();
    }

    /// <summary>As <c>Collab.Web</c> runs: what blocks the thread that read it blocks nothing else.</summary>
    [Fact]
    public async Task A_request_that_blocks_its_thread_holds_up_nobody()
    {
        using var blocked = new ManualResetEventSlim();
        using var released = new ManualResetEventSlim();
        var inline = new WebHost(new Dictionary<string, string?>(), services => services.UseInlineScheduling().UseSocketHandover().AddSingleton<IStartupFilter>(new Blocking(blocked, released)));
        await inline.StartAsync();
        string document = await inline.CreateAsync();
        await using (var ann = await inline.ConnectAsync())
        {
            await ann.JoinAsync(document);
            using var body = new StringContent("x");
            var request = inline.Http.PostAsync("/blocks", body);
            Assert.True(await Task.Run(() => blocked.Wait(TimeSpan.FromMinutes(1))), "The request has not come.");
            for (int i = 0; i < 20; i++)
            {
                await ann.SubmitAsync(document, i + 1, i, i == 0 ? ["a"] : [i, "a"]);
                await ann.OperationsAsync(i, i + 1);
            }

            Assert.False(request.IsCompleted);
            released.Set();
            (await request).Dispose();
        }

        await inline.StopAsync();
        await inline.DisposeAsync();
    }

    private sealed class Blocking(ManualResetEventSlim blocked, ManualResetEventSlim released) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(async (context, following) =>
            {
                if (context.Request.Path != "/blocks")
                {
                    await following(context);
                    return;
                }

                await context.Request.Body.CopyToAsync(Stream.Null);
                blocked.Set();
                released.Wait(TimeSpan.FromMinutes(1));
            });
            next(app);
        };
    }
}
