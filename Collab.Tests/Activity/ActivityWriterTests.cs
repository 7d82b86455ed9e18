using Collab.Contracts;
using Collab.Contracts.Activity;
using Collab.Grains.Activity;
using Collab.Tests.Offline;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Streams;
using Prometheus;

namespace Collab.Tests.Activity;

/// <summary>The queue between grains and the activity log: what a sick log costs, and what is lost at most.</summary>
public sealed class ActivityWriterTests(ActivityStreamSilo shared) : IClassFixture<ActivityStreamSilo>
{
    private readonly HandClock _clock = new();
    private readonly FaultyActivityLog _log = FaultyActivityLog.Create();
    private readonly ActivityOptions _options = new();

    [Fact]
    public async Task What_happened_is_in_the_log_in_order_and_has_a_name_of_its_own()
    {
        using var writer = await StartAsync();
        for (int i = 0; i < 100; i++)
            writer.Note(Event($"d-{i}"));

        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"d-{i}"), (await WrittenAsync(100)).Select(happened => happened.Document.Value));
        Assert.Equal(100, (await _log.AllAsync()).DistinctBy(happened => happened.Id).Count());
        await writer.StoppedAsync(default);
    }

    [Fact]
    public async Task While_the_log_is_away_events_wait_and_what_it_had_already_is_there_once()
    {
        using var writer = await StartAsync();
        _log.Fail(AppendFault.NotDone, AppendFault.AnswerLost, AppendFault.NotDone, AppendFault.AnswerLost);
        for (int i = 0; i < 20; i++)
        {
            writer.Note(Event($"d-{i}"));
            _clock.Advance(TimeSpan.FromMilliseconds(30));
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"d-{i}"), (await WrittenAsync(20)).Select(happened => happened.Document.Value));
        await writer.StoppedAsync(default);
        Assert.Equal(20, (await _log.AllAsync()).Length);
    }

    [Fact]
    public async Task A_full_queue_drops_the_newest_and_counts_them()
    {
        _options.QueueEventsLimit = 100;
        using var writer = Writer();
        double before = Dropped();
        for (int i = 0; i < 130; i++)
            writer.Note(Event($"d-{i}"));
        Assert.Equal(30, Dropped() - before);

        await writer.StartingAsync(default);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"d-{i}"), (await WrittenAsync(100)).Select(happened => happened.Document.Value));
        await writer.StoppedAsync(default);
        Assert.Equal(100, (await _log.AllAsync()).Length);
    }

    [Fact]
    public async Task What_waits_is_written_before_the_silo_has_stopped()
    {
        _options.BatchInterval = TimeSpan.FromSeconds(10);
        using var writer = await StartAsync();
        writer.Note(Event("a"));
        writer.Note(Event("b"));

        await writer.StoppedAsync(default);

        Assert.Equal(["a", "b"], (await _log.AllAsync()).Select(happened => happened.Document.Value));
    }

    [Fact]
    public async Task A_silo_that_stops_does_not_wait_for_a_log_that_stays_away()
    {
        _options.FlushLimit = TimeSpan.Zero;
        _log.Fail([.. Enumerable.Repeat(AppendFault.NotDone, 1_000)]);
        using var writer = await StartAsync();
        double before = Dropped();
        writer.Note(Event("a"));

        await writer.StoppedAsync(default);

        Assert.Equal(1, Dropped() - before);
    }

    [Fact]
    public async Task An_event_that_can_never_be_stored_takes_no_other_with_it()
    {
        _log.Poison = "poison";
        using var writer = Writer();
        foreach (string document in (string[])["a", "poison", "b", "c"])
            writer.Note(Event(document));
        await writer.StartingAsync(default);

        Assert.Equal(["a", "b", "c"], (await WrittenAsync(3)).Select(happened => happened.Document.Value));
        await writer.StoppedAsync(default);
    }

    // Nobody else drops checkpoints.
    private static double Dropped() =>
        Metrics.CreateCounter("collab_activity_events_total", "", "kind", "outcome").WithLabels("checkpoint", "dropped").Value;

    private static ActivityEvent Event(string document) => new(0, Guid.Empty, new DocumentId(document), ActivityKind.Checkpoint, DateTimeOffset.UnixEpoch.AddYears(50), new Revision(7));

    private ActivityWriter Writer() => new(
        new Lazy<IActivityLog>(_log.Log), new ActivityStreams(shared.Streams, NullLogger<ActivityStreams>.Instance), Options.Create(_options), _clock, NullLogger<ActivityWriter>.Instance);

    private async Task<ActivityWriter> StartAsync()
    {
        var writer = Writer();
        await writer.StartingAsync(default);
        return writer;
    }

    private async Task<ActivityEvent[]> WrittenAsync(int count)
    {
        ActivityEvent[] written = [];
        await Eventually.IsTrue(
            async () =>
            {
                _clock.Advance(TimeSpan.FromMilliseconds(100));
                return (written = await _log.AllAsync()).Length >= count;
            },
            $"{count} events are in the log");
        return written;
    }
}

/// <summary>A silo with the streams of activity, and nothing else of Collab's.</summary>
public sealed class ActivityStreamSilo : IAsyncLifetime
{
    private TestSilo _silo = null!;

    public IStreamProvider Streams => _silo.Client.GetStreamProvider(ActivityStream.Provider);

    public async Task InitializeAsync() => _silo = await TestSilo.StartAsync(silo => silo.AddMemoryStreams(ActivityStream.Provider, streams => streams.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly)));

    public async Task DisposeAsync() => await _silo.DisposeAsync();
}
