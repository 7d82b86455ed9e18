using System.Net;
using Collab.Resilience;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Polly.CircuitBreaker;

namespace Collab.Tests.Resilience;

/// <summary>A pipeline <c>webhook</c> against a real HTTP server that fails.</summary>
public sealed class WebhookPipelineTests : IAsyncLifetime
{
    private readonly WebApplication _receiver;
    private readonly HttpClient _http = new();
    private readonly ServiceProvider _services;
    private readonly Pipeline _pipeline;
    private readonly Queue<int> _answers = new();
    private int _received;

    public WebhookPipelineTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _receiver = builder.Build();
        _receiver.MapPost("/", () =>
        {
            _received++;
            return Results.StatusCode(_answers.TryDequeue(out int status) ? status : 200);
        });

        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([
            new("Collab:Resilience:webhook:RetryDelay", "00:00:00.001"), new("Collab:Resilience:webhook:RetryDelayLimit", "00:00:00.001")]).Build());
        _services = services.AddPipelineOptions(PipelineName.Webhook).BuildServiceProvider();
        _pipeline = _services.CreatePipeline(
            PipelineName.Webhook, static failure => failure is HttpRequestException { StatusCode: null or >= HttpStatusCode.InternalServerError }, of: "webhook-pipeline-tests");
    }

    public Task InitializeAsync() => _receiver.StartAsync();

    public async Task DisposeAsync()
    {
        await _receiver.DisposeAsync();
        _pipeline.Dispose();
        await _services.DisposeAsync();
        _http.Dispose();
    }

    [Fact]
    public async Task A_delivery_is_repeated_until_the_receiver_takes_it()
    {
        Answer(503, 502, 500);
        Assert.Equal(200, await PostAsync());
        Assert.Equal(4, _received);
    }

    [Fact]
    public async Task A_receiver_that_does_not_want_it_is_not_asked_again()
    {
        Answer(404);
        await Assert.ThrowsAsync<HttpRequestException>(PostAsync);
        Assert.Equal(1, _received);
    }

    [Fact]
    public async Task A_receiver_that_is_gone_opens_the_breaker()
    {
        await _receiver.StopAsync();
        await Assert.ThrowsAsync<HttpRequestException>(PostAsync);
        // Five attempts have failed, and so many it takes.
        await Assert.ThrowsAsync<BrokenCircuitException>(PostAsync);
        Assert.NotNull(_pipeline.RefusesFor);
    }

    private void Answer(params int[] statuses) => Array.ForEach(statuses, _answers.Enqueue);

    private async Task<int> PostAsync() => await _pipeline.RepeatAsync(
        static async (test, cancellation) =>
        {
            using var answer = await test._http.PostAsync(new Uri(test._receiver.Urls.First()), null, cancellation);
            return (int)answer.EnsureSuccessStatusCode().StatusCode;
        },
        this,
        CancellationToken.None);
}
