using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Collab.Tests.Observability;

/// <summary>A request counts once, under its endpoint's template, with the status that its sender got and the bytes that went each way.</summary>
public sealed class HttpMetricsTests
{
    [Fact]
    public async Task A_request_counts_under_the_template_of_its_endpoint()
    {
        var (host, route) = await MeasuredHost.StartAsync((app, route) => app.MapGet(route + "/{id}", (string id) => $"<{id}>"));
        await using var _ = host;

        await host.Http.GetStringAsync(route + "/one");
        await host.Http.GetStringAsync(route + "/another");

        await Eventually.IsTrue(async () => await RequestsAsync(host, "GET", route + "/{id}", 200) == 2);
        var scrape = await host.ScrapeAsync();
        Assert.Equal(2, scrape[$$"""collab_http_request_duration_seconds_count{method="GET",route="{{route}}/{id}"}"""]);
        Assert.InRange(scrape[$$"""collab_http_request_duration_seconds_sum{method="GET",route="{{route}}/{id}"}"""], 0.000001, 240);
        Assert.Equal("<one><another>".Length, scrape[$$"""collab_http_response_size_bytes_sum{method="GET",route="{{route}}/{id}"}"""]);
        Assert.Equal(0, scrape[$$"""collab_http_request_size_bytes_sum{method="GET",route="{{route}}/{id}"}"""]);
    }

    [Fact]
    public async Task What_no_endpoint_answers_counts_as_unmatched_and_an_unknown_method_as_other()
    {
        var (host, route) = await MeasuredHost.StartAsync((app, route) => app.MapMethods(route, ["BREW"], () => Results.StatusCode(418)));
        await using var _ = host;
        double before = await RequestsAsync(host, "GET", "unmatched", 404);

        Assert.Equal((HttpStatusCode)418, (await host.Http.SendAsync(new HttpRequestMessage(new HttpMethod("BREW"), route))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Http.GetAsync($"/nothing-{Guid.NewGuid():N}")).StatusCode);

        await Eventually.IsTrue(async () => await RequestsAsync(host, "other", route, 418) == 1);
        await Eventually.IsTrue(async () => await RequestsAsync(host, "GET", "unmatched", 404) > before);
    }

    [Theory]
    [InlineData("stream")]
    [InlineData("pipe")]
    [InlineData("json")]
    [InlineData("file")]
    [InlineData("head")]
    public async Task The_bytes_of_an_answer_are_those_that_were_written(string way)
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, new string('x', 321));
        var (host, route) = await MeasuredHost.StartAsync((app, route) => app.MapMethods(route, ["GET", "HEAD"], (HttpContext context) => way switch
        {
            "stream" => context.Response.Body.WriteAsync(new byte[321]).AsTask(),
            "pipe" => context.Response.BodyWriter.WriteAsync(new byte[321]).AsTask(),
            "json" => context.Response.WriteAsJsonAsync(new string('x', 319)),
            "file" => context.Response.SendFileAsync(file),
            _ => context.Response.WriteAsync(new string('x', 321)),
        }));
        await using var _ = host;

        string method = way == "head" ? "HEAD" : "GET";
        var answer = await host.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), route));
        byte[] body = await answer.Content.ReadAsByteArrayAsync();
        File.Delete(file);

        await Eventually.IsTrue(async () => await RequestsAsync(host, method, route, 200) == 1);
        Assert.Equal(way == "head" ? 0 : 321, body.Length);
        Assert.Equal(body.Length, (await host.ScrapeAsync())[$$"""collab_http_response_size_bytes_sum{method="{{method}}",route="{{route}}"}"""]);
    }

    [Theory]
    [InlineData("stream", 700)]
    [InlineData("pipe", 700)]
    [InlineData("nobody", 0)]
    public async Task The_bytes_of_a_request_are_those_that_were_read(string reader, int read)
    {
        var (host, route) = await MeasuredHost.StartAsync((app, route) => app.MapPost(route, async (HttpContext context) =>
        {
            if (reader == "stream")
                await context.Request.Body.CopyToAsync(Stream.Null);
            else if (reader == "pipe")
                await context.Request.BodyReader.CopyToAsync(Stream.Null);
        }));
        await using var _ = host;

        // In chunks, so without a length that anybody could believe.
        var request = new HttpRequestMessage(HttpMethod.Post, route) { Content = new ByteArrayContent(new byte[700]) };
        request.Headers.TransferEncodingChunked = true;
        (await host.Http.SendAsync(request)).EnsureSuccessStatusCode();

        await Eventually.IsTrue(async () => await RequestsAsync(host, "POST", route, 200) == 1);
        Assert.Equal(read, (await host.ScrapeAsync())[$$"""collab_http_request_size_bytes_sum{method="POST",route="{{route}}"}"""]);
    }

    [Fact]
    public async Task An_exception_counts_as_500_and_as_unforeseen()
    {
        var (host, route) = await MeasuredHost.StartAsync((app, route) => app.MapGet(route, string () => throw new NotSupportedException()));
        await using var _ = host;
        double before = (await host.ScrapeAsync())["""collab_unhandled_exceptions_total{component="http"}"""];

        Assert.Equal(HttpStatusCode.InternalServerError, (await host.Http.GetAsync(route)).StatusCode);

        await Eventually.IsTrue(async () => await RequestsAsync(host, "GET", route, 500) == 1);
        Assert.True((await host.ScrapeAsync())["""collab_unhandled_exceptions_total{component="http"}"""] > before);
    }

    [Fact]
    public async Task A_request_that_breaks_a_rule_counts_with_the_status_that_the_server_gives()
    {
        var (host, route) = await MeasuredHost.StartAsync((app, route) => app.MapPost(route, (HttpContext context) => context.Request.Body.CopyToAsync(Stream.Null)));
        await using var _ = host;

        var answer = await host.Http.PostAsync(route, new ByteArrayContent(new byte[1001]));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        await Eventually.IsTrue(async () => await RequestsAsync(host, "POST", route, 413) == 1);
    }

    [Fact]
    public async Task A_client_that_goes_before_it_is_answered_counts_as_499()
    {
        var started = new TaskCompletionSource();
        var (host, route) = await MeasuredHost.StartAsync((app, route) => app.MapGet(route, async (HttpContext context) =>
        {
            started.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }));
        await using var _ = host;
        using var leaving = new CancellationTokenSource();

        var request = host.Http.GetAsync(route, leaving.Token);
        await started.Task;
        await Eventually.IsTrue(async () => (await host.ScrapeAsync())["collab_http_active_requests"] >= 2);
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await Eventually.IsTrue(async () => await RequestsAsync(host, "GET", route, 499) == 1);
    }

    [Fact]
    public async Task A_WebSocket_counts_when_its_handshake_is_answered_and_not_again_when_it_ends()
    {
        var (host, route) = await MeasuredHost.StartAsync((app, route) =>
        {
            app.UseWebSockets();
            app.MapGet(route, async (HttpContext context) =>
            {
                using var socket = await context.WebSockets.AcceptWebSocketAsync();
                while ((await socket.ReceiveAsync(new byte[16], CancellationToken.None)).MessageType != WebSocketMessageType.Close)
                    await socket.SendAsync(Encoding.UTF8.GetBytes("heard"), WebSocketMessageType.Text, true, CancellationToken.None);
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
            });
        });
        await using var _ = host;
        using var client = new ClientWebSocket();

        await client.ConnectAsync(new UriBuilder(new Uri(host.Address, route)) { Scheme = "ws" }.Uri, CancellationToken.None);
        await Eventually.IsTrue(async () => await RequestsAsync(host, "GET", route, 101) == 1);
        await client.SendAsync(Encoding.UTF8.GetBytes("hello"), WebSocketMessageType.Text, true, CancellationToken.None);
        await client.ReceiveAsync(new byte[16], CancellationToken.None);
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        // Whatever the end of the socket counts, it has counted when a request that came after is done.
        await host.Http.GetAsync(route);
        await Eventually.IsTrue(async () => await RequestsAsync(host, "GET", route, 500) == 1);

        Assert.Equal(1, await RequestsAsync(host, "GET", route, 101));
        Assert.Equal(2, (await host.ScrapeAsync())[$$"""collab_http_request_duration_seconds_count{method="GET",route="{{route}}"}"""]);
    }

    private static async Task<double> RequestsAsync(MeasuredHost host, string method, string route, int status) =>
        (await host.ScrapeAsync())[$$"""collab_http_requests_total{method="{{method}}",route="{{route}}",status_code="{{status}}"}"""];
}
