using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Threading.Channels;
using Collab.Client.Access;
using Collab.Client.Documents;
using Collab.Client.Messages;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Collab.Client;

/// <summary>
/// One WebSocket for all documents of a client, made anew when it is lost. It carries messages and time to the documents' machines
/// and their messages to the server, in order; it decides nothing about documents, nor, but for carrying out what <see cref="Authentication"/> says, about tokens.
/// </summary>
internal sealed partial class CollabConnection : IAsyncDisposable
{
    // Presence goes out at most every 50 ms; every other deadline of the machines is in seconds.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan TokenTimeout = TimeSpan.FromSeconds(15);

    private readonly Uri _url;
    private readonly ILogger _logger;
    private readonly Backoff _backoff;
    private readonly ConcurrentDictionary<string, CollabDocument> _documents = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private readonly Lock _lock = new();
    private readonly Lock _authenticationLock = new();
    private readonly Authentication _authentication;
    private readonly Task _running;
    private readonly Task _ticking;

    // The connection that is open now; a message that finds none was meant for one that is gone.
    private volatile Line? _line;

    // Completes when the connection that is open now is of no more use; when another may be made.
    private volatile TaskCompletionSource _lost = new();
    private volatile TaskCompletionSource _mayConnect = new();
    private long _bytesReceived;
    private int _asked;

    public CollabConnection(Uri url, CollabClientOptions options)
    {
        _url = url;
        Options = options;
        _logger = options.Loggers.CreateLogger<CollabConnection>();
        _backoff = new Backoff(TimeSpan.FromMilliseconds(250), options.ReconnectDelayLimit, Random.Shared);
        _authentication = new Authentication(options.Token is not null, TimeProvider.System.GetUtcNow(), Random.Shared);
        _running = Task.Run(RunAsync);
        _ticking = Task.Run(PassTimeAsync);
    }

    public event Action<Identity>? Authenticated;

    public event Action<SignedOut>? NobodyKnown;

    public CollabClientOptions Options { get; }

    public bool IsOpen => _line is not null;

    public long BytesReceived => Interlocked.Read(ref _bytesReceived);

    public Identity? Identity => Look(authentication => authentication.Identity);

    public SignedOut? SignedOut => Look(authentication => authentication.SignedOut);

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

        if (SignedOut is { } signedOut)
            document.SignedOut(signedOut);
    }

    public void Remove(CollabDocument document) => _documents.TryRemove(new(document.Id, document));

    public void Send(ClientMessage message)
    {
        if (_line is not { } line)
            return;
        if (message is ClientMessage.Join join)
            line.Joins.Sent(join.Document);
        line.Outgoing.Writer.TryWrite(message);
    }

    /// <summary>Asks for a token now; the person has signed in again.</summary>
    public void Authenticate() => Do(authentication => authentication.Renew());

    /// <summary>A token for a request beside the connection; null where there is no source of tokens.</summary>
    public async ValueTask<string?> TokenAsync(CancellationToken cancellation)
    {
        if (Options.Token is not { } source)
            return null;
        return Look(authentication => authentication.Usable(Now)) ?? await source(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var document in _documents.Values)
            document.Close();
        _line?.Outgoing.Writer.TryComplete();
        await _stopping.CancelAsync();
        await _running;
        await _ticking;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                _mayConnect = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                Do(authentication => authentication.Wanted(Now));
                await _mayConnect.Task.WaitAsync(_stopping.Token);
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
        var line = new Line();
        var lost = _lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        hub.Closed += _ =>
        {
            lost.TrySetResult();
            return Task.CompletedTask;
        };
        foreach (string target in ServerMessageReader.Targets)
            hub.On<JsonElement>(target, message => Receive(line, target, message));

        await hub.StartAsync(_stopping.Token);
        var sending = SendAllAsync(hub, line.Outgoing.Reader);
        Attach(line);
        // Who disposes the client in this moment has found no way out yet to complete, and waits for the connection to end.
        using var stopping = _stopping.Token.Register(() => line.Outgoing.Writer.TryComplete());
        LogOpened();
        await Task.WhenAny(lost.Task, sending);
        lost.TrySetResult();
        if (_stopping.IsCancellationRequested)
            await sending;
    }

    private HubConnection Build()
    {
        var builder = new HubConnectionBuilder()
            // No token stands in the address: that ends in logs.
            .WithUrl(_url, HttpTransportType.WebSockets, Configure)
            .AddJsonProtocol(json => json.PayloadSerializerOptions.Converters.Add(new ClientMessageConverter()));
        builder.Services.AddSingleton(Options.Loggers);
        return builder.Build();
    }

    private void Configure(HttpConnectionOptions options)
    {
        options.SkipNegotiation = true;
        if (Options.HttpHandler is { } handler)
            options.WebSocketFactory = async (context, cancellation) => await ConnectThroughAsync(handler, context.Uri, cancellation);
    }

    private static async Task<WebSocket> ConnectThroughAsync(HttpMessageHandler handler, Uri url, CancellationToken cancellation)
    {
        var socket = new ClientWebSocket();
        try
        {
            using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
            await socket.ConnectAsync(url, invoker, cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Attach(Line line)
    {
        lock (_lock)
        {
            _line = line;
            // The token goes first; whatever the documents say stands behind it.
            Do(authentication => authentication.Opened(Now));
            foreach (var document in _documents.Values)
                document.ConnectionOpened(Now);
        }
    }

    private void Detach()
    {
        lock (_lock)
        {
            if (_line is null)
                return;
            _line = null;
            Do(authentication => authentication.Lost());
            foreach (var document in _documents.Values)
                document.ConnectionLost();
        }
    }

    private void Receive(Line line, string target, JsonElement message)
    {
        Interlocked.Add(ref _bytesReceived, JsonMarshal.GetRawUtf8Value(message).Length);
        // Who is turned away again and again, by a host that stops, is not to hurry.
        if (target is not ("refused" or "closed"))
            _backoff.Reset();
        if (target == "authenticated")
        {
            var identity = ServerMessageReader.Identity(message);
            Do(authentication => authentication.Authenticated(identity, Now));
            return;
        }

        if (ServerMessageReader.Document(message) is { } id)
        {
            bool counts = !ServerMessageReader.AnswersJoin(target, message) || line.Joins.Answered(id);
            if (counts && _documents.TryGetValue(id, out var document))
                document.Receive(target, message);
        }

        Overhear(target, message);
    }

    // What documents are told may be about the token, too.
    private void Overhear(string target, JsonElement message)
    {
        if (target is not ("refused" or "closed" or "measured"))
            return;
        switch (ServerMessageReader.Read(target, message, null))
        {
            case ServerMessage.Measured measured:
                Do(authentication => authentication.Measured(measured.Sent, measured.At, Now));
                break;
            case ServerMessage.Closed { Action: RefusalAction.Authenticate } closed:
                var ended = new Refusal(closed.Reason, closed.Action, $"The server closed the session: {closed.Reason}.");
                Do(authentication => authentication.Refused(ended, isAnswer: false, Now));
                break;
            case ServerMessage.Refused refused when refused.Document is null or "" || refused.Refusal.Action == RefusalAction.Authenticate:
                if (refused.Document is null)
                    LogRefused(refused.Refusal.Reason);
                // A server from before there was this verb calls it "?".
                Do(authentication => authentication.Refused(refused.Refusal, isAnswer: refused.Document is null && refused.Verb is "authenticate" or "?", Now));
                break;
        }
    }

    private T Look<T>(Func<Authentication, T> look)
    {
        lock (_authenticationLock)
            return look(_authentication);
    }

    private void Do(Action<Authentication> input)
    {
        List<AuthenticationEffect>? effects = null;
        lock (_authenticationLock)
        {
            input(_authentication);
            while (_authentication.TryTake(out var effect))
                (effects ??= []).Add(effect);
        }

        effects?.ForEach(Perform);
    }

    private void Perform(AuthenticationEffect effect)
    {
        switch (effect)
        {
            case AuthenticationEffect.Ask:
                _ = Task.Run(AskAsync);
                break;
            case AuthenticationEffect.Connect:
                _mayConnect.TrySetResult();
                break;
            case AuthenticationEffect.Reconnect:
                _lost.TrySetResult();
                break;
            case AuthenticationEffect.Send send:
                Send(new ClientMessage.Authenticate(send.Token));
                break;
            case AuthenticationEffect.Authenticated authenticated:
                foreach (var document in _documents.Values)
                    document.Authenticated(Now);
                Authenticated?.Invoke(authenticated.Identity);
                break;
            case AuthenticationEffect.NobodyKnown nobody:
                LogSignedOut(nobody.SignedOut.Detail);
                foreach (var document in _documents.Values)
                    document.SignedOut(nobody.SignedOut);
                NobodyKnown?.Invoke(nobody.SignedOut);
                break;
        }
    }

    private async Task AskAsync()
    {
        // Answers to an earlier question come too late.
        int asked = Interlocked.Increment(ref _asked);
        Action<Authentication> answer;
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            patience.CancelAfter(TokenTimeout);
            string token = await Options.Token!(patience.Token).AsTask().WaitAsync(patience.Token);
            answer = authentication => authentication.Obtained(token, Now);
        }
        catch (Exception failure)
        {
            answer = authentication => authentication.Failed($"{failure.GetType().Name}: {failure.Message}", Now);
        }

        if (asked == Volatile.Read(ref _asked) && !_stopping.IsCancellationRequested)
            Do(answer);
    }

    // Ends when the way out is completed and empty, or with the connection's failure.
    private static async Task SendAllAsync(HubConnection hub, ChannelReader<ClientMessage> outgoing)
    {
        await foreach (var message in outgoing.ReadAllAsync())
            await hub.SendCoreAsync(message.Target, [message]);
    }

    private async Task PassTimeAsync()
    {
        using var timer = new PeriodicTimer(Tick);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                try
                {
                    PassTime();
                }
                catch (Exception failure)
                {
                    // An application's handler. Its document is in an order that it did not see through: the connection is made anew.
                    LogFailed(failure.GetType().Name, failure.Message);
                    _lost.TrySetResult();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The client is disposed.
        }
    }

    private void PassTime()
    {
        Do(authentication => authentication.TimePassed(Now));
        if (!IsOpen)
            return;
        foreach (var document in _documents.Values)
        {
            document.TimePassed(Now);
            if (document.IsUnanswered)
                LogUnanswered(document.Id);
            if (document.IsUnanswered || document.IsToMove)
                _lost.TrySetResult();
        }
    }

    // One connection: what goes out on it, in order, and what is to come back.
    private sealed class Line
    {
        public Channel<ClientMessage> Outgoing { get; } = Channel.CreateUnbounded<ClientMessage>(new UnboundedChannelOptions { SingleReader = true });

        public UnansweredJoins Joins { get; } = new();
    }
}
