using System.Collections.Concurrent;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Collab.Tests.Tracing;

/// <summary>A receiver of OTLP as a collector is one, over HTTP and over gRPC, that keeps what it gets.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private const int FrameHeader = 5;

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<byte[]> _payloads = new();
    private readonly ConcurrentQueue<ReceivedSpan> _spans = new();
    private readonly ConcurrentQueue<Dictionary<string, string>> _headers = new();

    private OtlpReceiver(WebApplication app, int http, int grpc)
    {
        _app = app;
        (Http, Grpc) = (new Uri($"http://127.0.0.1:{http}"), new Uri($"http://127.0.0.1:{grpc}"));
    }

    public Uri Http { get; }

    public Uri Grpc { get; }

    public IReadOnlyCollection<ReceivedSpan> Spans => _spans;

    /// <summary>The headers of each export.</summary>
    public IReadOnlyCollection<IReadOnlyDictionary<string, string>> Headers => _headers;

    public static async Task<OtlpReceiver> StartAsync()
    {
        var (http, grpc) = (OwnPort.Take(), OwnPort.Take());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenLocalhost(http, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.ListenLocalhost(grpc, listen => listen.Protocols = HttpProtocols.Http2);
        });
        var receiver = new OtlpReceiver(builder.Build(), http, grpc);
        receiver._app.MapPost("/v1/traces", receiver.TakeAsync);
        receiver._app.MapPost("/opentelemetry.proto.collector.trace.v1.TraceService/Export", receiver.TakeFrameAsync);
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>Waits for a span.</summary>
    public async Task<ReceivedSpan> WhenAsync(Func<ReceivedSpan, bool> isIt, string what)
    {
        await Eventually.IsTrue(() => _spans.Any(isIt), what);
        return _spans.First(isIt);
    }

    /// <summary>Whether anything that came has the text anywhere.</summary>
    public bool Holds(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return _payloads.Any(payload => payload.AsSpan().IndexOf(bytes) >= 0);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext http)
    {
        byte[] body = await BodyAsync(http);
        Take(body);
        http.Response.ContentType = "application/x-protobuf";
    }

    // A frame: whether it is compressed, its length in four bytes, and the message. The answer is an empty one.
    private async Task TakeFrameAsync(HttpContext http)
    {
        byte[] body = await BodyAsync(http);
        Take(body[FrameHeader..]);
        http.Response.ContentType = "application/grpc";
        http.Response.DeclareTrailer("grpc-status");
        await http.Response.Body.WriteAsync(new byte[FrameHeader]);
        http.Response.AppendTrailer("grpc-status", "0");
    }

    private async Task<byte[]> BodyAsync(HttpContext http)
    {
        _headers.Enqueue(http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase));
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        return body.ToArray();
    }

    private void Take(byte[] payload)
    {
        _payloads.Enqueue(payload);
        foreach (var span in ReceivedSpan.Read(new Protobuf(ByteString.CopyFrom(payload))))
            _spans.Enqueue(span);
    }
}
