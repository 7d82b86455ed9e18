using Orleans.Streams;

namespace Collab.Tests.Offline;

/// <summary>Memory streams with implicit subscribers: who gets what, in which order, and what a failure costs.</summary>
public sealed class StreamTests(StreamSilo shared) : IClassFixture<StreamSilo>
{
    private readonly Scene _scene = Scene.New();

    private IStreamSceneGrain Grain => shared.Silo.Grains.GetGrain<IStreamSceneGrain>(_scene.Key);

    private IAsyncStream<SceneItem> Stream => shared.StreamOf(_scene.Key);

    [Fact]
    public async Task An_item_activates_its_subscriber_which_hears_of_the_subscription_first()
    {
        await Stream.OnNextAsync(new SceneItem("a"));

        await _scene.Noted("-a");
        Assert.Equal(["activating", "subscribed:scenes", "+a", "-a"], _scene.Trace);
    }

    [Fact]
    public async Task A_grain_publishes_too()
    {
        await Grain.Publish("a");
        await _scene.Noted("-a");
    }

    [Fact]
    public async Task Items_come_one_by_one_in_the_order_in_which_they_were_published()
    {
        string[] names = [.. Enumerable.Range(0, 100).Select(i => $"{i}")];
        foreach (string name in names.Take(50))
            await Stream.OnNextAsync(new SceneItem(name));
        await Stream.OnNextBatchAsync(names.Skip(50).Select(name => new SceneItem(name)));

        await _scene.Noted("-99");
        Assert.Equal(names.SelectMany(name => new[] { $"+{name}", $"-{name}" }), _scene.Trace.Skip(2));
    }

    [Fact]
    public async Task A_delivery_is_a_turn_like_any_call()
    {
        var running = Grain.Enter("call");
        await _scene.Noted("+call");
        await Stream.OnNextAsync(new SceneItem("a"));
        // A sign that deliveries are made meanwhile.
        var other = Scene.New();
        await shared.StreamOf(other.Key).OnNextAsync(new SceneItem("a"));
        await other.Noted("-a");
        Assert.DoesNotContain("+a", _scene.Trace);

        _scene.Open("call");
        await running;
        await _scene.Noted("-a");
    }

    [Fact]
    public async Task A_slow_subscriber_holds_up_nobody_but_itself()
    {
        await Stream.OnNextAsync(new SceneItem("gated"));
        await _scene.Noted("+gated");
        await Stream.OnNextAsync(new SceneItem("b"));
        var other = Scene.New();
        await shared.StreamOf(other.Key).OnNextAsync(new SceneItem("a"));
        await other.Noted("-a");

        Assert.DoesNotContain("+b", _scene.Trace);
        _scene.Open("gated");
        await _scene.Noted("-b");
    }

    [Fact]
    public async Task A_batch_that_fails_is_delivered_again_from_its_beginning()
    {
        await Stream.OnNextBatchAsync([new SceneItem("a"), new SceneItem("shaky"), new SceneItem("b")]);

        await _scene.Noted("-b");
        Assert.Equal(["+a", "-a", "+shaky", "+a", "-a", "+shaky", "-shaky", "+b", "-b"], _scene.Trace.Skip(2));
    }

    [Fact]
    public async Task A_batch_that_goes_on_failing_is_given_up_and_the_next_one_comes()
    {
        await using var silo = await StreamSilo.StartAsync(TimeSpan.FromSeconds(1));
        var stream = StreamSilo.StreamOf(silo, _scene.Key);
        await stream.OnNextAsync(new SceneItem("failing"));
        await stream.OnNextAsync(new SceneItem("b"));

        await _scene.Noted("-b");
        Assert.Contains("+failing", _scene.Trace);
        Assert.Equal($"error:{nameof(StreamEventDeliveryFailureException)}", _scene.Trace[^3]);
    }

    [Fact]
    public async Task A_new_life_hears_of_the_subscription_again_and_goes_on()
    {
        await Stream.OnNextAsync(new SceneItem("a"));
        await _scene.Noted("-a");
        await Grain.EndWhenIdle();
        await _scene.Noted("deactivated");

        await Stream.OnNextAsync(new SceneItem("b"));

        await _scene.Noted("-b");
        Assert.Equal(["activating", "subscribed:scenes", "+b", "-b"], _scene.Trace[^4..]);
    }

    [Fact]
    public async Task What_nobody_resumed_for_is_dropped()
    {
        var deaf = Scene.Of($"deaf-{Guid.NewGuid():N}");
        await shared.StreamOf(deaf.Key).OnNextAsync(new SceneItem("a"));
        await deaf.Noted("subscribed:scenes");
        await shared.StreamOf(deaf.Key).OnNextAsync(new SceneItem("b"));
        await deaf.Noted("subscribed:scenes", times: 2);
        Assert.DoesNotContain("+a", deaf.Trace);
    }

    [Fact]
    public void A_provider_that_is_not_there_is_named() =>
        Assert.Contains("nowhere", Assert.Throws<KeyNotFoundException>(() => shared.Silo.Client.GetStreamProvider("nowhere")).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Without_a_namespace_there_is_nobody_to_deliver_to()
    {
        await shared.Silo.Client.GetStreamProvider(StreamSceneGrain.Provider).GetStream<SceneItem>(StreamId.Create(null, _scene.Key)).OnNextAsync(new SceneItem("a"));
        await Stream.OnNextAsync(new SceneItem("b"));
        await _scene.Noted("-b");
        Assert.DoesNotContain("+a", _scene.Trace);
    }
}

/// <summary>A silo with streams, and all patience with those who don't take what they get.</summary>
public sealed class StreamSilo : IAsyncLifetime
{
    public TestSilo Silo { get; private set; } = null!;

    // Orleans delivers again after 1 to 2 s, at random: a limit near that would give up now and then.
    public async Task InitializeAsync() => Silo = await StartAsync(TimeSpan.FromMinutes(10));

    public static Task<TestSilo> StartAsync(TimeSpan maxEventDeliveryTime) => TestSilo.StartAsync(silo => silo.AddMemoryStreams(StreamSceneGrain.Provider, streams =>
    {
        streams.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly);
        streams.ConfigurePullingAgent(agent => agent.Configure(options =>
        {
            options.GetQueueMsgsTimerPeriod = TimeSpan.FromMilliseconds(20);
            options.MaxEventDeliveryTime = maxEventDeliveryTime;
        }));
    }));

    public IAsyncStream<SceneItem> StreamOf(string key) => StreamOf(Silo, key);

    public static IAsyncStream<SceneItem> StreamOf(TestSilo silo, string key) =>
        silo.Client.GetStreamProvider(StreamSceneGrain.Provider).GetStream<SceneItem>(StreamId.Create(StreamSceneGrain.Namespace, key));

    public async Task DisposeAsync() => await Silo.DisposeAsync();
}
