using Collab.Contracts.Documents;
using Collab.Grains.Access;
using Collab.Grains.Documents;
using Collab.Grains.Presence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Collab.Tests.Documents;

/// <summary>What a silo lets go when its memory fills, and after what time of idleness.</summary>
public sealed class MemoryPressureTests
{
    [Theory]
    [InlineData(0.8, 800, 0)]
    [InlineData(0.8, 801, 51)]
    [InlineData(0.8, 1000, 250)]
    [InlineData(1, 1000, 0)]
    public void Above_the_limit_so_much_goes_that_a_twentieth_is_free_again(double limit, long used, long surplus) =>
        Assert.Equal(surplus, new MemoryPressure(limit).Surplus(new MemoryUse(used, 1000, 0)));

    [Fact]
    public void Nothing_more_goes_before_a_full_collection_has_shown_what_the_last_relief_brought()
    {
        var pressure = new MemoryPressure(0.8);
        Assert.Equal(150, pressure.Surplus(new MemoryUse(900, 1000, 7)));
        Assert.Equal(0, pressure.Surplus(new MemoryUse(950, 1000, 7)));
        Assert.Equal(100, pressure.Surplus(new MemoryUse(850, 1000, 8)));
    }

    [Fact]
    public async Task Documents_that_nobody_is_in_are_put_away_the_least_recently_used_first()
    {
        await using var host = await StartAsync();
        var listened = await host.Grains.CreateAsync(GrainHost.NewId());
        await listened.Subscribe(host.Grains.Grains.CreateObjectReference<IDocumentSubscriber>(new Subscriber()));
        await host.Grains.CreateAsync(GrainHost.NewId());
        await host.Grains.CreateAsync(GrainHost.NewId());
        var documents = host.Grains.Services.GetRequiredService<ActiveDocuments>();
        Assert.Equal(3, documents.Present.Count());

        // Far beyond what the process' own looks have seen, so that they don't count as later.
        documents.Relieve(new MemoryUse(76, 100, int.MaxValue - 2));
        Assert.Equal(3, documents.Present.Count());
        documents.Relieve(new MemoryUse(81, 100, int.MaxValue - 1));
        Assert.Equal(2, documents.Present.Count());
        documents.Relieve(new MemoryUse(long.MaxValue / 2, long.MaxValue / 2, int.MaxValue));
        Assert.Single(documents.Present);
        Assert.Null((await listened.ReadFrom(null)).Refusal);
    }

    [Fact]
    public async Task Idle_documents_their_presence_and_their_grants_are_collected_after_their_own_limit_and_other_grains_are_not_concerned()
    {
        await using var host = await StartAsync();
        var collection = host.Grains.Services.GetRequiredService<IOptions<GrainCollectionOptions>>().Value;
        Assert.Equal(TimeSpan.FromMinutes(5), collection.ClassSpecificCollectionAge[typeof(DocumentGrain).FullName!]);
        Assert.Equal(TimeSpan.FromMinutes(5), collection.ClassSpecificCollectionAge[typeof(PresenceGrain).FullName!]);
        Assert.Equal(TimeSpan.FromMinutes(5), collection.ClassSpecificCollectionAge[typeof(AccessGrain).FullName!]);
        Assert.Equal(3, collection.ClassSpecificCollectionAge.Count);
        Assert.Equal(new GrainCollectionOptions().CollectionAge, collection.CollectionAge);
    }

    private static async Task<Started> StartAsync()
    {
        var host = new GrainHost();
        await host.InitializeAsync();
        return new Started(host);
    }

    private sealed record Started(GrainHost Grains) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await Grains.DisposeAsync();
    }
}
