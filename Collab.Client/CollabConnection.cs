using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Collab.Client.Messages;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Collab.Client;

/// <summary>
/// One WebSocket for all documents of a client, made anew when it is lost. It carries messages and time to the documents' machines
/// and their messages to the server, in order; it decides nothing about documents.
/// </summary>
internal sealed partial class CollabConnection : IAsyncDisposable
{
    // Presence goes out at most every 50 ms; every other deadline of the machines is in seconds.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private readonly Uri _url;
    private readonly ILogger _logger;
    private readonly Backoff _backoff;
    private readonly ConcurrentDictionary<string, CollabDocument> _documents = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private readonly Lock _lock = new();
    private readonly Task _running;

    // The way out of the connection that is open now; a message that finds none was meant for one that is gone.
    private volatile Channel<ClientMessage>? _outgoing;

    public CollabConnection(Uri url, CollabClientOptions options)
    {
        _url = url;
        Options = options;
        _logger = options.Loggers.CreateLogger<CollabConnection>();
        _backoff = new Backoff(TimeSpan.FromMilliseconds(250), options.ReconnectDelayLimit, Random.Shared);
        _running = Task.Run(RunAsync);
    }

    public CollabClientOptions Options { get; }

    public bool IsOpen => _outgoing is not null;

    private TimeSpan Now => TimeProvider.System.GetElapsedTime(_started);

    /// <exception cref="InvalidOperationException">The document is open already: messages carry its id, not the session's.</exception>
    public void Add(CollabDocument document)
    {
        lock (_lock)
        {
            if (!_documents.TryAdd(document.Id, document))
                throw new InvalidOperationException($"Document {document.Id} is open on this connection already.");
            if (IsOpen)
                document.ConnectionOpened(Now);
        }
    }

    public void Remove(CollabDocument document) => _documents.TryRemove(new(document.Id, document));

    public void Send(ClientMessage message) => _outgoing?.Writer.TryWrite(message);

    public async ValueTask DisposeAsync()
    {
        foreach (var document in _documents.Values)
            document.Close();
        _outgoing?.Writer.TryComplete();
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await ConnectAsync();
            }
            catch (Exception failure)
            {
                LogFailed(failure.GetType().Name, failure.Message);
            }

            Detach();
            await Task.Delay(_backoff.Next(), _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // One connection's life: until it is lost, or a document gets no answer over it.
    private async Task ConnectAsync()
    {
        await using var hub = Build();
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        hub.Closed += _ =>
        {
            lost.TrySetResult();
            return Task.CompletedTask;
        };
        foreach (string target in ServerMessageReader.Targets)
            hub.On<JsonElement>(target, message => Receive(target, message));

        await hub.StartAsync(_stopping.Token);
        var outgoing = Channel.CreateUnbounded<ClientMessage>(new UnboundedChannelOptions { SingleReader = true });
        var sending = SendAllAsync(hub, outgoing.Reader);
        Attach(outgoing);
        LogOpened();
        var passing = PassTimeAsync(lost);
        await Task.WhenAny(lost.Task, sending);
        lost.TrySetResult();
        await passing;
        if (_stopping.IsCancellationRequested)
            await sending;
    }

    private HubConnection Build()
    {
        var builder = new HubConnectionBuilder()
            .WithUrl(_url, HttpTransportType.WebSockets, options => options.SkipNegotiation = true)
            .AddJsonProtocol(json => json.PayloadSerializerOptions.Converters.Add(new ClientMessageConverter()));
        builder.Services.AddSingleton(Options.Loggers);
        return builder.Build();
    }

    private void Attach(Channel<ClientMessage> outgoing)
    {
        lock (_lock)
        {
            _outgoing = outgoing;
            foreach (var document in _documents.Values)
                document.ConnectionOpened(Now);
        }
    }

    private void Detach()
    {
        lock (_lock)
        {
            if (_outgoing is null)
                return;
            _outgoing = null;
            foreach (var document in _documents.Values)
                document.ConnectionLost();
        }
    }

    private void Receive(string target, JsonElement message)
    {
        // Who is turned away again and again, by a host that stops, is not to hurry.
        if (target is not ("refused" or "closed"))
            _backoff.Reset();
        if (ServerMessageReader.Document(message) is { } id && _documents.TryGetValue(id, out var document))
            document.Receive(target, message);
        else if (target == "refused")
            LogRefused(message.TryGetProperty("reason"u8, out var reason) ? reason.ToString() : "?");
    }

    // Ends when the way out is completed and empty, or with the connection's failure.
    private static async Task SendAllAsync(HubConnection hub, ChannelReader<ClientMessage> outgoing)
    {
        await foreach (var message in outgoing.ReadAllAsync())
            await hub.SendCoreAsync(message.Target, [message]);
    }

    private async Task PassTimeAsync(TaskCompletionSource lost)
    {
        using var timer = new PeriodicTimer(Tick);
        while (!lost.Task.IsCompleted && await timer.WaitForNextTickAsync())
        {
            foreach (var document in _documents.Values)
            {
                document.TimePassed(Now);
                if (document.IsUnanswered)
                    LogUnanswered(document.Id);
                if (document.IsUnanswered || document.IsToMove)
                    lost.TrySetResult();
            }
        }
    }
}
