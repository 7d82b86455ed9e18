using System.Text.Json;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Grains.Log;
using Collab.Web.Delivery;
using Microsoft.Extensions.DependencyInjection;

namespace Collab.Tests.Web;

/// <summary>A document that the last connection has left stays subscribed for a moment: whoever comes then misses nothing for that.</summary>
public sealed class LingeringFeedTests : IAsyncLifetime
{
    private readonly HandClock _clock = new();
    private readonly WebHost _host;

    public LingeringFeedTests() => _host = new WebHost(
        new Dictionary<string, string?>(), services => services.AddSingleton(provider => ActivatorUtilities.CreateInstance<DocumentFeeds>(provider, _clock)));

    private DocumentFeeds Feeds => _host.Services.GetRequiredService<DocumentFeeds>();

    public Task InitializeAsync() => _host.StartAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Who_comes_back_gets_what_was_written_meanwhile_and_what_follows()
    {
        string document = await _host.CreateAsync();
        await ComeAndGoAsync(document);
        var feed = Feeds.Acquire(new DocumentId(document));
        Feeds.Release(feed);

        await using var bob = await _host.ConnectAsync();
        var joined = await bob.JoinAsync(document, "Bob");
        Assert.Equal(1, joined.GetProperty("revision").GetInt64());
        Assert.Equal(0, Feeds.LingeringCount);
        Assert.Same(feed, Feeds.Acquire(new DocumentId(document)));
        await bob.SubmitAsync(document, 1, 1, 1, "b");
        // The snapshot may be the one that Ann was given, before she wrote; then her operation comes behind it.
        await bob.OperationsAsync(SnapshotOf(joined), 2);
        Assert.Equal("ab", await _host.TextAsync(document));
    }

    [Fact]
    public async Task It_ends_when_nobody_came_back()
    {
        await ComeAndGoAsync(await _host.CreateAsync());
        _clock.Advance(DocumentFeeds.Linger);
        await Eventually.IsTrue(() => Feeds.LingeringCount == 0);
    }

    [Fact]
    public async Task One_whose_authority_ended_meanwhile_is_not_used_again()
    {
        string document = await _host.CreateAsync();
        var first = Feeds.Acquire(new DocumentId(document));
        Feeds.Release(first);
        await ((IDocumentSubscriber)first).Interrupt(new DocumentId(document), 1);
        Assert.NotSame(first, Feeds.Acquire(new DocumentId(document)));
    }

    [Fact]
    public async Task Who_joins_the_next_authority_finds_the_stream_at_it()
    {
        string document = await _host.CreateAsync();
        await ComeAndGoAsync(document);
        // Another writer: the authority finds out, and ends, when the next one joins.
        await _host.Services.GetRequiredService<IOperationLog>().OpenAsync(new DocumentId(document), CancellationToken.None);

        await using var bob = await _host.ConnectAsync();
        await using var carol = await _host.ConnectAsync();
        var toBob = await bob.JoinAsync(document, "Bob");
        var toCarol = await carol.JoinAsync(document, "Carol");
        await bob.SubmitAsync(document, 1, 1, 1, "b");
        await Task.WhenAll(bob.OperationsAsync(SnapshotOf(toBob), 2), carol.OperationsAsync(SnapshotOf(toCarol), 2));
    }

    private static long SnapshotOf(JsonElement joined) => joined.GetProperty("snapshot").GetProperty("revision").GetInt64();

    /// <summary>Somebody writes the first letter, and goes.</summary>
    private async Task ComeAndGoAsync(string document)
    {
        await using (var ann = await _host.ConnectAsync())
        {
            await ann.JoinAsync(document);
            await ann.SubmitAsync(document, 1, 0, "a");
            await ann.OperationsAsync(0, 1);
        }

        await Eventually.IsTrue(() => Feeds.LingeringCount == 1);
    }
}
