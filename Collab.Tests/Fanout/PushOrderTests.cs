using System.Collections.Immutable;
using System.Net.Http.Json;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Tests.Web;
using Collab.Web.Delivery;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Collab.Tests.Fanout;

/// <summary>
/// Pushes come in any order, twice, or not at all, as one-way calls between machines do; each connection gets one contiguous order, and only what was really lost is read. Everything is real but the way from the
/// document to the host, which the test walks itself, and the clock of the host's feeds.
/// </summary>
public sealed class PushOrderTests : IAsyncLifetime
{
    private const int Operations = 60;

    private readonly HandClock _clock = new();
    private readonly PushTap _tap = new();
    private readonly ITestOutputHelper _output;
    private readonly WebHost _host;

    public PushOrderTests(ITestOutputHelper output)
    {
        _output = output;
        _host = new WebHost(new Dictionary<string, string?>(), services =>
        {
            services.AddSingleton<IIncomingGrainCallFilter>(_tap);
            services.AddSingleton(provider => ActivatorUtilities.CreateInstance<DocumentFeeds>(provider, _clock));
            // A renewal tells where the document stands: then more is known to be missing than what pushes showed.
            services.Remove(services.Single(service => service.ImplementationType == typeof(FeedRenewal)));
        });
    }

    public Task InitializeAsync() => _host.StartAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Pushes_that_overtake_each_other_and_come_twice_are_put_in_order_without_reading(int seed)
    {
        var random = new Random(seed);
        await using var scene = await PrepareAsync(random);
        var pushes = Shuffled([.. scene.Pushes, .. scene.Pushes.Where(_ => random.Next(4) == 0)], random);

        foreach (var push in pushes)
            await scene.Feed.Push(push);

        await scene.ExpectAllAsync();
        Assert.Equal(0, _tap.Reads - scene.ReadsBefore);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task What_was_lost_is_read_after_a_moment_and_what_was_early_goes_with_it(int seed)
    {
        var random = new Random(seed);
        await using var scene = await PrepareAsync(random);
        // The last one comes: behind it nothing would show that something is missing.
        var lost = scene.Pushes[..^1].Where(_ => random.Next(5) == 0).ToHashSet();
        foreach (var push in Shuffled([.. scene.Pushes.Where(push => !lost.Contains(push))], random))
            await scene.Feed.Push(push);

        await ReadAsync(scene);

        await scene.ExpectAllAsync();
        _output.WriteLine($"Of {scene.Pushes.Length} pushes {lost.Count} were lost and {_tap.Reads - scene.ReadsBefore} reads made.");
        Assert.InRange(_tap.Reads - scene.ReadsBefore, lost.Count > 0 ? 1 : 0, lost.Count);
    }

    [Fact]
    public async Task More_than_can_wait_is_not_kept_and_read_later()
    {
        await using var scene = await PrepareAsync(new Random(1), isWhole: false);
        var again = Enumerable.Repeat(scene.Pushes[1..], 2).SelectMany(pushes => pushes).ToArray();
        Assert.True(again.Length > EarlyPushes.CountLimit);
        foreach (var push in again)
            await scene.Feed.Push(push);
        Assert.Equal(0, _tap.Reads - scene.ReadsBefore);

        await ReadAsync(scene);
        await scene.ExpectAllAsync();
        Assert.Equal(1, _tap.Reads - scene.ReadsBefore);
    }

    [Fact]
    public async Task A_late_push_of_an_older_epoch_fills_in_what_the_newer_is_known_to_have_and_nothing_beyond()
    {
        await using var scene = await PrepareAsync(new Random(2), isWhole: false);
        var older = scene.Pushes.Select(push => push with { Epoch = push.Epoch - 1 }).ToArray();
        await scene.Feed.Push(scene.Pushes[2]);
        await scene.Feed.Push(older[3]);
        await scene.Feed.Push(older[1]);
        await scene.Feed.Push(older[0]);
        await Task.WhenAll(scene.Clients.Select(client => client.OperationsAsync(0, 3)));
        foreach (var push in scene.Pushes[4..])
            await scene.Feed.Push(push);

        // Of the fourth nobody knew that it is the newer epoch's, too: it is read.
        await ReadAsync(scene);
        await Task.WhenAll(scene.Clients.Select(client => client.OperationsAsync(3, Operations)));
        Assert.Equal(1, _tap.Reads - scene.ReadsBefore);
    }

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 12)];

    /// <summary>Clients in a document of <see cref="Operations"/> operations that they have seen nothing of, because their pushes were kept back.</summary>
    /// <param name="isWhole">Whether some pushes are of several operations.</param>
    private async Task<Scene> PrepareAsync(Random random, bool isWhole = true)
    {
        string document = await _host.CreateAsync();
        HubClient[] clients = [await _host.ConnectAsync(), await _host.ConnectAsync()];
        foreach (var client in clients)
            await client.JoinAsync(document);
        _tap.Holds = push => push.Document.Value == document;
        for (int i = 0; i < Operations; i++)
        {
            object[] delta = i == 0 ? ["x"] : ["x", i];
            var answer = await _host.Http.PostAsJsonAsync($"/api/documents/{document}/operations", new { session = "api-test", sequence = i + 1, @base = i, delta });
            answer.EnsureSuccessStatusCode();
        }

        await Eventually.IsTrue(() => Of(document).Sum(held => held.Batch.Operations.Length) == Operations);
        var pushes = Of(document).Select(held => held.Batch).ToList();
        for (int i = pushes.Count - 1; isWhole && i > 0; i--)
        {
            if (random.Next(3) > 0)
                continue;
            pushes[i - 1] = pushes[i - 1] with { Operations = [.. pushes[i - 1].Operations, .. pushes[i].Operations] };
            pushes.RemoveAt(i);
        }

        return new Scene(Of(document)[0].Host, [.. pushes], clients, _tap.Reads);
    }

    /// <summary>Lets time pass until nothing is missing.</summary>
    private Task ReadAsync(Scene scene) => Eventually.IsTrue(
        () =>
        {
            _clock.Advance(DocumentStream.Patience);
            return scene.IsLevel;
        },
        "every client has every operation");

    private List<(IDocumentSubscriber Host, PushBatch Batch)> Of(string document) =>
        [.. _tap.Held.Where(held => held.Batch.Document == new DocumentId(document)).OrderBy(held => held.Batch.Operations[0].Revision.Value)];

    private static PushBatch[] Shuffled(PushBatch[] pushes, Random random)
    {
        random.Shuffle(pushes);
        return pushes;
    }

    private sealed record Scene(IDocumentSubscriber Feed, ImmutableArray<PushBatch> Pushes, HubClient[] Clients, int ReadsBefore) : IAsyncDisposable
    {
        public bool IsLevel => Clients.All(client => client.LastRevision == Operations);

        /// <summary>Every client gets each operation once, in order.</summary>
        public async Task ExpectAllAsync() => await Task.WhenAll(Clients.Select(client => client.OperationsAsync(0, Operations)));

        public async ValueTask DisposeAsync()
        {
            foreach (var client in Clients)
                await client.DisposeAsync();
        }
    }
}
