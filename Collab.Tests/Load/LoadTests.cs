using System.Collections.Immutable;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Collab.Client;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Contracts.Load;
using Collab.Grains.Documents;
using Collab.Grains.Load;
using Collab.Tests.Documents;
using Collab.Tests.EndToEnd;
using Microsoft.Extensions.DependencyInjection;

namespace Collab.Tests.Load;

/// <summary>Which documents keep the silos busy.</summary>
public sealed class LoadTests(GrainHost host) : IClassFixture<GrainHost>
{
    [Fact]
    public async Task A_document_is_told_of_with_its_rate_and_who_is_in_it()
    {
        var clock = new HandClock();
        var sample = new LoadSample("s", host.Services.GetRequiredService<ActiveDocuments>(), 2, clock);
        var (busy, quiet) = (GrainHost.NewId(), GrainHost.NewId());
        await host.CreateAsync(quiet);
        var document = await host.CreateAsync(busy);
        await document.Subscribe(host.Grains.CreateObjectReference<IDocumentSubscriber>(new Subscriber()));
        await SubmitAsync(document, 30);
        clock.Advance(TimeSpan.FromSeconds(10));

        var hot = new List<DocumentId>();
        var load = sample.Take(each => hot.Add(each.Document));

        var told = Assert.Single(load.Busiest, each => each.Document == busy);
        Assert.Equal((3.0, 1, 1), (told.OperationsPerSecond, told.Sessions, told.Hosts));
        Assert.True(told.Bytes > 0);
        Assert.DoesNotContain(load.Busiest, each => each.Document == quiet);
        Assert.True(load.Documents >= 2 && load.Bytes >= told.Bytes && load.OperationsPerSecond >= 3);
        Assert.Contains(busy, hot);
    }

    [Fact]
    public async Task A_hot_document_is_told_once_and_stays_hot_down_to_half_the_limit()
    {
        var clock = new HandClock();
        var sample = new LoadSample("s", host.Services.GetRequiredService<ActiveDocuments>(), 2, clock);
        var id = GrainHost.NewId();
        var document = await host.CreateAsync(id);
        // What other documents of this silo did before is of no interest.
        sample.Take(_ => { });
        var became = 0;
        foreach (var (operations, hot, times) in ((int, int, int)[])[(10, 0, 0), (20, 1, 1), (10, 1, 1), (9, 0, 1), (20, 1, 2)])
        {
            await SubmitAsync(document, operations);
            clock.Advance(TimeSpan.FromSeconds(10));
            sample.Take(each => became += each.Document == id ? 1 : 0);
            Assert.Equal((hot, times), (sample.HotCount, became));
        }
    }

    [Fact]
    public async Task A_silo_that_tells_nothing_more_is_forgotten()
    {
        var clock = new HandClock();
        var grain = new LoadGrain(clock);
        await grain.Report(Silo("a", 1));
        clock.Advance(TimeSpan.FromSeconds(20));
        await grain.Report(Silo("b", 1));
        await grain.Report(Silo("b", 2));
        Assert.Equal([("a", 1), ("b", 2)], (await grain.Read()).Select(silo => (silo.Silo, silo.Documents)));
        clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal("b", Assert.Single(await grain.Read()).Silo);
    }

    [Fact]
    public async Task Every_host_shows_the_busiest_documents_of_the_cluster()
    {
        await using var server = await ServerProcess.StartAsync("Collab:Log:FlushInterval=00:00:00", "Collab:Documents:HotOperationsPerSecond=1");
        await using var ann = new CollabClient(server.Url);
        await ann.CreateAsync("busy");
        var document = await ann.OpenAsync("busy");
        using var http = new HttpClient { BaseAddress = server.Url };
        JsonElement load = default;
        await Eventually.IsTrue(async () =>
        {
            await document.ReplaceAsync(0, 0, "x");
            load = await http.GetFromJsonAsync<JsonElement>("operations/load?top=1");
            return load.GetProperty("documents").EnumerateArray().Any(each => each.GetProperty("operationsPerSecond").GetDouble() >= 1);
        });
        var busiest = load.GetProperty("documents")[0];
        Assert.Equal(("busy", 1, 1), (busiest.GetProperty("id").GetString(), busiest.GetProperty("sessions").GetInt32(), busiest.GetProperty("hosts").GetInt32()));
        var silo = load.GetProperty("silos")[0];
        Assert.Equal(busiest.GetProperty("silo").GetString(), silo.GetProperty("silo").GetString());
        Assert.Equal(1, silo.GetProperty("documents").GetInt32());
        var scrape = await Scrape.OfAsync(server.Url);
        Assert.True(scrape["collab_hot_documents"] >= 1 && scrape["collab_busiest_document_operations_per_second"] >= 1, "The metrics tell of the busy document.");
    }

    private static SiloLoad Silo(string name, int documents) => new(name, documents, 0, 0, ImmutableArray<DocumentLoad>.Empty);

    private static async Task SubmitAsync(IDocumentGrain document, int operations)
    {
        var session = new SessionId("ada");
        var admission = await document.Admit(session, "ada");
        for (int i = 0; i < operations; i++)
        {
            // Each is one character at the end, so that the document is as long as its revision is high.
            var head = admission.Document!.Revision + i;
            string delta = head == Revision.Zero ? """["x"]""" : $"[{head},\"x\"]";
            var submission = new Submission(session, admission.Lease, admission.AppliedSequence + 1 + i, head, Encoding.UTF8.GetBytes(delta));
            Assert.Null((await document.Submit(submission)).Refusal);
        }
    }
}
