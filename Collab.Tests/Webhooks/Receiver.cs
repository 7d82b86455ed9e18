using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Collab.Tests.Webhooks;

/// <summary>Somebody's receiver: a real HTTP server on loopback that keeps what it was sent, and answers as the test says.</summary>
public sealed class Receiver : IAsyncDisposable
{
    public const string Secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

    private readonly string _url;
    private readonly ConcurrentQueue<Delivery> _received = new();
    private WebApplication? _app;

    public Receiver() => _url = $"http://127.0.0.1:{OwnPort.Take()}";

    /// <summary>Where to deliver to; stays the same when it is stopped and started again.</summary>
    public string Url => _url + "/hooks/collab?token=not-to-be-shown";

    /// <summary>Everything, in the order in which it came, whatever was answered.</summary>
    public IReadOnlyList<Delivery> Received => [.. _received];

    /// <summary>What was answered with 2xx, once each, in the order in which it came first: what a receiver that remembers ids has processed.</summary>
    public IReadOnlyList<Delivery> Taken => [.. _received.Where(delivery => delivery.Status is >= 200 and < 300).DistinctBy(delivery => delivery.Id)];

    /// <summary>The answer to a delivery; by default 204. May wait, and set headers.</summary>
    public Func<Delivery, HttpResponse, Task<int>> Answer { get; set; } = (_, _) => Task.FromResult(204);

    public void AnswerWith(int status) => Answer = (_, _) => Task.FromResult(status);

    public static async Task<Receiver> StartAsync()
    {
        var receiver = new Receiver();
        await receiver.StartAgainAsync();
        return receiver;
    }

    public async Task StartAgainAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(_url);
        _app = builder.Build();
        _app.MapPost("/hooks/collab", TakeAsync);
        await _app.StartAsync();
    }

    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _app, null) is { } app)
            await app.DisposeAsync();
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task<IResult> TakeAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        var delivery = new Delivery(request.Headers["webhook-id"].ToString(), request.Headers["webhook-timestamp"].ToString(), request.Headers["webhook-signature"].ToString(), body.ToArray());
        delivery.Status = await Answer(delivery, request.HttpContext.Response);
        _received.Enqueue(delivery);
        return Results.StatusCode(delivery.Status);
    }
}

/// <summary>One request that a receiver got.</summary>
public sealed record Delivery(string Id, string Timestamp, string Signature, byte[] Body)
{
    public int Status { get; set; }

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public IEnumerable<JsonElement> Events => Json.GetProperty("data").GetProperty("events").EnumerateArray();
}
