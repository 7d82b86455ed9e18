using System.Net;
using System.Text;
using Collab.Contracts.Activity;
using static Collab.Tests.Activity.Happenings;

namespace Collab.Tests.Webhooks;

/// <summary>Deliveries to real HTTP servers that behave, and that don't.</summary>
public sealed class WebhookTests : IAsyncLifetime
{
    // Of each test's own: metrics are the process's.
    private readonly string _name = $"t{Guid.NewGuid():N}"[..20];
    private Receiver _receiver = null!;

    public async Task InitializeAsync() => _receiver = await Receiver.StartAsync();

    public async Task DisposeAsync() => await _receiver.DisposeAsync();

    [Fact]
    public async Task A_delivery_says_what_happened_and_its_signature_is_genuine()
    {
        await using var host = await StartAsync();
        var happened = await host.HappenAsync(_name, Event("minutes", ActivityKind.DocumentCreated) with { Author = "Ann", Detail = new ActivityDetail("text") });
        await host.IdleAsync(_name);

        var delivery = Assert.Single(_receiver.Received);
        Assert.Equal("collab.activity", delivery.Json.GetProperty("type").GetString());
        Assert.Equal(Time, delivery.Json.GetProperty("timestamp").GetDateTimeOffset());
        Assert.Equal(_name, delivery.Json.GetProperty("data").GetProperty("endpoint").GetString());
        var told = Assert.Single(delivery.Events);
        Assert.Equal(("minutes", "document_created", "Ann"), (told.GetProperty("document").GetString(), told.GetProperty("kind").GetString(), told.GetProperty("author").GetString()));
        Assert.Equal((happened[0].Position, happened[0].Id), (told.GetProperty("position").GetInt64(), told.GetProperty("id").GetGuid()));
        Assert.DoesNotContain('.', delivery.Id);
        Assert.True(IsGenuine(delivery, Receiver.Secret));
        Assert.False(IsGenuine(delivery with { Body = [.. delivery.Body, (byte)' '] }, Receiver.Secret));
        Assert.False(IsGenuine(delivery with { Id = delivery.Id + "x" }, Receiver.Secret));
        Assert.False(IsGenuine(delivery, "whsec_" + Convert.ToBase64String(new byte[32])));
    }

    [Fact]
    public async Task What_nobody_told_it_of_is_delivered_at_the_next_look()
    {
        await using var host = await StartAsync();
        await host.IdleAsync(_name);
        await host.Log.AppendAsync([Event("minutes")]);
        await host.LookAsync();
        await host.IdleAsync(_name);
        Assert.Single(_receiver.Received);
    }

    [Fact]
    public async Task While_the_secret_changes_both_verify()
    {
        string previous = "whsec_" + Convert.ToBase64String(Encoding.ASCII.GetBytes("the one before, 24 bytes and more"));
        await using var host = await StartAsync(("PreviousSecret", previous));
        await host.HappenAsync(_name, 1);
        await host.IdleAsync(_name);
        Assert.True(IsGenuine(_receiver.Received[0], Receiver.Secret));
        Assert.True(IsGenuine(_receiver.Received[0], previous));
    }

    [Fact]
    public async Task Ten_thousand_events_come_in_order_each_once_in_full_deliveries()
    {
        await using var host = await StartAsync(("BatchLimit", "500"));
        var happened = await host.HappenAsync(_name, 10_000);
        await host.IdleAsync(_name);
        Assert.Equal(happened.Select(one => one.Position), _receiver.Received.SelectMany(Positions));
        Assert.Equal(20, _receiver.Received.Count);
        Assert.Equal(20, await host.MetricAsync($$"""collab_webhook_deliveries_total{endpoint="{{_name}}",outcome="delivered"}"""));
        Assert.Equal(10_000, await host.MetricAsync($$"""collab_webhook_events_total{endpoint="{{_name}}",outcome="delivered"}"""));
        Assert.Equal(20, await host.MetricAsync($$"""collab_webhook_request_duration_seconds_count{endpoint="{{_name}}"}"""));
        Assert.Equal(0, await host.MetricAsync($$"""collab_webhook_lag{endpoint="{{_name}}"}"""));
    }

    [Fact]
    public async Task Only_the_kinds_and_documents_that_are_wanted_are_delivered()
    {
        await using var host = await StartAsync(("Events:0", "session_joined"), ("Events:1", "session_closed"), ("Documents", "team-7.*"), ("MaxAge", "3650.00:00:00"));
        var happened = await host.HappenAsync(
            _name,
            Event("team-7.a", ActivityKind.SessionJoined), Event("team-7.a"), Event("team-8.a", ActivityKind.SessionJoined), Event("Team-7.a", ActivityKind.SessionJoined),
            Event("team-7.a", ActivityKind.SessionJoined) with { At = Time.AddYears(-20) }, Event("team-7.b", ActivityKind.SessionClosed));
        await host.IdleAsync(_name);
        Assert.Equal([happened[0].Position, happened[5].Position], _receiver.Received.SelectMany(Positions));
        Assert.Equal(1, await host.MetricAsync($$"""collab_webhook_events_total{endpoint="{{_name}}",outcome="too_old"}"""));
    }

    [Fact]
    public async Task A_receiver_that_fails_gets_the_same_delivery_again_until_it_takes_it()
    {
        int answers = 0;
        _receiver.Answer = (_, _) => Task.FromResult(Interlocked.Increment(ref answers) <= 12 ? 500 + (answers % 3) : 200);
        await using var host = await StartAsync(("BatchLimit", "2"));
        var happened = await host.HappenAsync(_name, 4);
        await host.IdleAsync(_name);
        Assert.Equal([happened[0].Position, happened[1].Position, happened[2].Position, happened[3].Position], _receiver.Taken.SelectMany(Positions));
        Assert.Equal(2, _receiver.Received.Select(delivery => delivery.Id).Distinct().Count());
        Assert.Single(_receiver.Received.Take(13).Select(delivery => delivery.Id).Distinct());
        Assert.All(_receiver.Received, delivery => Assert.True(IsGenuine(delivery, Receiver.Secret)));
        // Five attempts that fail open the breaker; a trial that succeeds closes it.
        Assert.True(await host.MetricAsync($$"""collab_circuit_breaker_trips_total{breaker="webhook:{{_name}}"}""") >= 1);
        Assert.Equal(0, await host.MetricAsync($$"""collab_circuit_breaker_state{breaker="webhook:{{_name}}"}"""));
        Assert.Equal("closed", (await host.StatusAsync(_name)).Breaker);
    }

    [Fact]
    public async Task A_receiver_that_says_when_to_come_back_is_left_alone_until_then()
    {
        var times = new List<DateTime>();
        _receiver.Answer = (_, response) =>
        {
            lock (times)
                times.Add(DateTime.UtcNow);
            if (times.Count > 2)
                return Task.FromResult(204);
            response.Headers.RetryAfter = "2";
            return Task.FromResult(times.Count == 1 ? 429 : 503);
        };
        await using var host = await StartAsync();
        await host.HappenAsync(_name, 1);
        await Eventually.IsTrue(async () => (await host.StatusAsync(_name)).State == "waiting", "it waits");
        Assert.NotNull((await host.StatusAsync(_name)).NextAttemptAt);
        // What happens meanwhile does not make it impatient.
        await host.HappenAsync(_name, 1);
        await host.IdleAsync(_name);
        Assert.Equal(4, times.Count);
        Assert.True(times[1] - times[0] > TimeSpan.FromSeconds(1.9), $"It came back after {times[1] - times[0]}.");
        Assert.True(times[2] - times[1] > TimeSpan.FromSeconds(1.9), $"It came back after {times[2] - times[1]}.");
    }

    [Fact]
    public async Task What_a_receiver_does_not_want_is_kept_and_the_next_one_has_its_turn()
    {
        _receiver.Answer = (delivery, _) => Task.FromResult(delivery.Events.Any(told => told.GetProperty("document").GetString() == "bad") ? 422 : 200);
        await using var host = await StartAsync(("BatchLimit", "2"));
        var happened = await host.HappenAsync(_name, Event("good"), Event("good"), Event("bad"), Event("good"), Event("good"));
        await host.IdleAsync(_name);
        Assert.Equal(3, _receiver.Received.Count);
        Assert.Equal([happened[0].Position, happened[1].Position, happened[4].Position], _receiver.Taken.SelectMany(Positions));

        var letters = (await host.GetAsync($"/operations/webhooks/{_name}/dead-letters")).GetProperty("deadLetters").EnumerateArray().ToList();
        Assert.Equal([happened[2].Position, happened[3].Position], letters.Select(letter => letter.GetProperty("event").GetProperty("position").GetInt64()));
        Assert.Equal("the receiver answered 422", letters[0].GetProperty("failure").GetString());
        Assert.Equal(2, await host.MetricAsync($$"""collab_webhook_dead_letters{endpoint="{{_name}}"}"""));

        // Mended, and asked for again: the delivery that it was.
        string refused = _receiver.Received[1].Id;
        _receiver.AnswerWith(200);
        using var answer = await host.Http.PostAsync($"/operations/webhooks/{_name}/dead-letters/redeliver", null);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await Eventually.IsTrue(async () => (await host.StatusAsync(_name)).DeadLetters == 0, "the dead letters are delivered");
        Assert.Equal(refused, _receiver.Received[^1].Id);
        Assert.Equal(happened.Select(one => one.Position), _receiver.Taken.SelectMany(Positions).Order());
        Assert.Equal(0, await host.MetricAsync($$"""collab_webhook_dead_letters{endpoint="{{_name}}"}"""));
    }

    [Fact]
    public async Task A_receiver_that_stays_away_longer_than_it_is_waited_for_loses_nothing_but_the_order()
    {
        _receiver.AnswerWith(500);
        await using var host = await StartAsync(("GiveUpAfter", "00:00:00"), ("DeadLettersLimit", "3"), ("BatchLimit", "1"));
        var happened = await host.HappenAsync(_name, 5);
        await host.IdleAsync(_name);
        var status = await host.StatusAsync(_name);
        Assert.Equal((3, "the receiver answered 500"), (status.DeadLetters, status.LastFailure));
        Assert.Equal(happened[2..].Select(one => one.Position), (await host.Log.ListDeadLettersAsync($"webhook:{_name}", 0, 10, default)).Select(letter => letter.Event.Position));
        Assert.Equal(5, await host.MetricAsync($$"""collab_webhook_deliveries_total{endpoint="{{_name}}",outcome="given_up"}"""));
    }

    [Fact]
    public async Task A_receiver_that_is_gone_gets_nothing_more_until_somebody_resumes_it()
    {
        _receiver.AnswerWith(410);
        await using var host = await StartAsync();
        var happened = await host.HappenAsync(_name, 1);
        await Eventually.IsTrue(async () => (await host.StatusAsync(_name)).State == "stopped", "it is stopped");
        await host.HappenAsync(_name, 1);
        await host.Endpoint(_name).Wake();
        Assert.Equal(("stopped", 2), ((await host.StatusAsync(_name)).State, (await host.StatusAsync(_name)).Lag));
        Assert.Single(_receiver.Received);

        _receiver.AnswerWith(200);
        using var answer = await host.Http.PostAsync($"/operations/webhooks/{_name}/resume", null);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await host.IdleAsync(_name);
        Assert.Equal([happened[0].Position, happened[0].Position + 1], _receiver.Taken.SelectMany(Positions));
    }

    [Fact]
    public async Task Redirects_are_not_followed()
    {
        await using var elsewhere = await Receiver.StartAsync();
        _receiver.Answer = (_, response) =>
        {
            response.Headers.Location = elsewhere.Url;
            return Task.FromResult(307);
        };
        await using var host = await StartAsync();
        await host.HappenAsync(_name, 1);
        await Eventually.IsTrue(async () => (await host.StatusAsync(_name)).LastFailure == "the receiver answered 307", "the redirect is a failure");
        Assert.Empty(elsewhere.Received);
    }

    [Fact]
    public async Task An_endpoint_that_is_sick_or_slow_holds_up_no_other()
    {
        await using var slow = await Receiver.StartAsync();
        await using var sick = await Receiver.StartAsync();
        await sick.StopAsync();
        var release = new TaskCompletionSource();
        slow.Answer = async (_, _) =>
        {
            await release.Task;
            return 200;
        };
        await using var host = await WebhookHost.StartAsync([(_name, _receiver), (_name + "-sick", sick), (_name + "-slow", slow)]);
        await host.HappenAsync(_name + "-sick", 20);
        await host.Endpoint(_name + "-slow").Wake();
        await Eventually.IsTrue(async () => await host.MetricAsync($$"""collab_circuit_breaker_trips_total{breaker="webhook:{{_name}}-sick"}""") >= 1, "the sick one's breaker opens");
        await host.Endpoint(_name).Wake();
        await host.IdleAsync(_name);
        Assert.Equal(20, _receiver.Taken.SelectMany(Positions).Count());
        Assert.Equal(0, await host.MetricAsync($$"""collab_circuit_breaker_trips_total{breaker="webhook:{{_name}}"}"""));
        Assert.Equal((0L, 20L, 20L), ((await host.StatusAsync(_name)).Lag, (await host.StatusAsync(_name + "-sick")).Lag, (await host.StatusAsync(_name + "-slow")).Lag));

        release.SetResult();
        await sick.StartAgainAsync();
        await host.IdleAsync(_name + "-slow");
        await host.IdleAsync(_name + "-sick");
        Assert.Equal(20, sick.Taken.SelectMany(Positions).Distinct().Count());
    }

    [Fact]
    public async Task Operators_see_every_endpoint_and_no_secret()
    {
        await using var host = await StartAsync();
        await host.HappenAsync(_name, 3);
        await host.IdleAsync(_name);
        string text = await host.Http.GetStringAsync("/operations/webhooks");
        Assert.Contains($"\"name\":\"{_name}\"", text);
        Assert.Contains("\"state\":\"idle\"", text);
        Assert.DoesNotContain("not-to-be-shown", text);
        Assert.DoesNotContain("whsec_", text);
        using var unknown = await host.Http.GetAsync("/operations/webhooks/nobody/dead-letters");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        using var page = new HttpRequestMessage(HttpMethod.Post, $"/operations/webhooks/{_name}/resume");
        page.Headers.Add("Origin", "https://elsewhere.example");
        using var refused = await host.Http.SendAsync(page);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    private static IEnumerable<long> Positions(Delivery delivery) => delivery.Events.Select(told => told.GetProperty("position").GetInt64());

    private static bool IsGenuine(Delivery delivery, string secret) =>
        WebhookVerification.IsGenuine(secret, delivery.Id, delivery.Timestamp, delivery.Signature, delivery.Body, DateTimeOffset.UtcNow);

    private Task<WebhookHost> StartAsync(params (string Key, string Value)[] settings) =>
        WebhookHost.StartAsync([(_name, _receiver)], [.. settings.Select(setting => ($"Webhooks:{_name}:{setting.Key}", setting.Value))]);
}
