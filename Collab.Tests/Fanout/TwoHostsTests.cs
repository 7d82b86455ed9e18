using System.Text.Json;
using Collab.Tests.Web;

namespace Collab.Tests.Fanout;

/// <summary>People on two web hosts of one cluster are in one document as if there were one host.</summary>
public sealed class TwoHostsTests : IAsyncLifetime
{
    private TwoHosts _hosts = null!;

    public async Task InitializeAsync() => _hosts = await TwoHosts.StartAsync();

    public async Task DisposeAsync() => await _hosts.DisposeAsync();

    [Fact]
    public async Task Edits_cross_in_one_order_and_conflicts_are_told_on_both_sides()
    {
        string document = await _hosts.First.CreateAsync();
        await using var ann = await _hosts.First.ConnectAsync();
        await using var bob = await _hosts.Second.ConnectAsync();
        await ann.JoinAsync(document);
        await bob.JoinAsync(document, "Bob");

        // Both at the same place of the same revision: the second to come meets the first.
        await Task.WhenAll(ann.SubmitAsync(document, 1, 0, "a"), bob.SubmitAsync(document, 1, 0, "b"));
        var (left, right) = (await ann.OperationsAsync(0, 2), await bob.OperationsAsync(0, 2));
        Assert.Equal(left.Select(operation => operation.GetRawText()), right.Select(operation => operation.GetRawText()));
        Assert.Equal("concurrent_insert", left[1].GetProperty("conflicts")[0].GetProperty("kind").GetString());
        Assert.Equal(left[0].GetProperty("session").GetString(), left[1].GetProperty("conflicts")[0].GetProperty("session").GetString());

        for (int i = 2; i < 40; i++)
        {
            await (i % 2 == 0 ? ann : bob).SubmitAsync(document, (i / 2) + 1, i, i, "x");
            await Task.WhenAll(ann.OperationsAsync(i, i + 1), bob.OperationsAsync(i, i + 1));
        }

        Assert.Equal(await _hosts.First.TextAsync(document), await _hosts.Second.TextAsync(document));
    }

    [Fact]
    public async Task Presence_crosses_and_who_leaves_disappears_on_the_other_side()
    {
        string document = await _hosts.First.CreateAsync();
        await using var ann = await _hosts.First.ConnectAsync();
        await ann.JoinAsync(document);
        // Until then she is not on the boards that are shown to those who join.
        await UntilAsync(ann, presence => presence.GetProperty("updates").EnumerateArray().Any(entry => entry.GetProperty("name").GetString() == "Ann"));
        await using var bob = await _hosts.Second.ConnectAsync();
        var joined = await bob.JoinAsync(document, "Bob");
        string session = joined.GetProperty("session").GetString()!;
        Assert.Contains(joined.GetProperty("presence").EnumerateArray(), entry => entry.GetProperty("name").GetString() == "Ann");

        await bob.SendAsync("presence", new { document, revision = 0, state = new { selection = new { anchor = 0, head = 0 } } });
        await UntilAsync(ann, presence => presence.GetProperty("updates").EnumerateArray().Any(entry =>
            entry.GetProperty("session").GetString() == session && entry.GetProperty("state").ValueKind == JsonValueKind.Object));
        await bob.SendAsync("leave", new { document });
        await UntilAsync(ann, presence => presence.GetProperty("left").EnumerateArray().Any(left => left.GetString() == session));
    }

    [Fact]
    public async Task A_session_that_comes_back_on_the_other_host_ends_on_the_first_one()
    {
        string document = await _hosts.First.CreateAsync();
        await using var before = await _hosts.First.ConnectAsync();
        var joined = await before.JoinAsync(document);
        await before.SubmitAsync(document, 1, 0, "a");
        await before.OperationsAsync(0, 1);

        await using var after = await _hosts.Second.ConnectAsync();
        var resume = new { session = joined.GetProperty("session").GetString(), token = joined.GetProperty("token").GetString() };
        var again = await after.JoinAsync(document, resume: resume, revision: 1);
        Assert.Equal(1, again.GetProperty("applied").GetProperty("sequence").GetInt64());
        Assert.Equal("superseded", (await before.NextAsync("closed")).GetProperty("reason").GetString());
        await after.SubmitAsync(document, 2, 1, 1, "b");
        await after.OperationsAsync(1, 2);
    }

    [Fact]
    public async Task A_hundred_who_join_on_both_hosts_while_somebody_types_get_one_order()
    {
        string document = await _hosts.First.CreateAsync();
        await using var ann = await _hosts.First.ConnectAsync();
        await ann.JoinAsync(document);
        const int Operations = 60;
        var typing = Task.Run(async () =>
        {
            for (int i = 0; i < Operations; i++)
            {
                await ann.SubmitAsync(document, i + 1, i, i == 0 ? ["x"] : new object[] { "x", i });
                await ann.OperationsAsync(i, i + 1);
            }
        });

        var crowd = await Task.WhenAll(Enumerable.Range(0, 100).Select(async number =>
        {
            var client = await (number % 2 == 0 ? _hosts.First : _hosts.Second).ConnectAsync();
            var joined = await client.JoinAsync(document, $"Guest {number}");
            long from = joined.GetProperty("snapshot").GetProperty("revision").GetInt64();
            await client.OperationsAsync(from, Operations);
            return client;
        }));

        await typing;
        foreach (var client in crowd)
            await client.DisposeAsync();
    }

    private static async Task UntilAsync(HubClient client, Func<JsonElement, bool> fact)
    {
        while (!fact(await client.NextAsync("presence")))
        {
            // Something else about who is there.
        }
    }
}
