using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using Collab.Client.Access;
using Collab.Client.Messages;

namespace Collab.Client;

/// <summary>
/// A client of one Collab server. Documents that it opens share one WebSocket, which is made anew whenever it is lost; edits made
/// meanwhile are kept and sent.
/// </summary>
/// <example>
/// <code>
/// await using var client = new CollabClient(new Uri("http://localhost:5000"), new() { Name = "Ada" });
/// await client.CreateAsync("notes");
/// var notes = await client.OpenAsync("notes");
/// await notes.ReplaceAsync(position: 0, deleted: 0, inserted: "Hello");
/// </code>
/// </example>
public sealed class CollabClient : IAsyncDisposable
{
    private readonly CollabConnection _connection;
    private readonly HttpClient _http;

    /// <param name="server">Where the server's root is; the hub is <c>collab</c> below it, the API <c>api</c>.</param>
    public CollabClient(Uri server, CollabClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(server);
        var root = server.AbsoluteUri.EndsWith('/') ? server : new Uri(server.AbsoluteUri + "/");
        options ??= new CollabClientOptions();
        _http = options.HttpHandler is { } handler ? new HttpClient(handler, disposeHandler: false) : new HttpClient();
        _http.BaseAddress = root;
        _connection = new CollabConnection(new Uri(root, "collab"), options);
    }

    /// <summary>Whether there is a connection right now. Editing does not depend on it.</summary>
    public bool IsConnected => _connection.IsOpen;

    /// <summary>Whom the server takes this client for; null before it has said.</summary>
    public Identity? Identity => _connection.Identity;

    /// <summary>Why there is no token that the server takes; null while there is one, or none is needed. Edits are kept meanwhile.</summary>
    public SignedOut? SignedOut => _connection.SignedOut;

    /// <summary>The server took a token: <see cref="Identity"/> is known, or refreshed.</summary>
    public event Action<Identity>? Authenticated
    {
        add => _connection.Authenticated += value;
        remove => _connection.Authenticated -= value;
    }

    /// <summary>There is no token that the server takes. Told again at each attempt that fails; see <see cref="Authenticate"/>.</summary>
    public event Action<SignedOut>? NobodyKnown
    {
        add => _connection.NobodyKnown += value;
        remove => _connection.NobodyKnown -= value;
    }

    /// <summary>Asks <see cref="CollabClientOptions.Token"/> now, whatever wait is left: the person has signed in again.</summary>
    public void Authenticate() => _connection.Authenticate();

    /// <summary>Creates a document, or finds it as it was created before.</summary>
    /// <param name="id">1–128 characters of <c>A–Z a–z 0–9 . _ ~ -</c>.</param>
    /// <param name="kind">The name of a kind: <c>text</c>, <c>richtext</c>.</param>
    /// <param name="policy"><c>merge</c>, or <c>strict</c>: then an operation that conflicts with a concurrent one is refused.</param>
    /// <returns>Whether it is new.</returns>
    /// <exception cref="CollabException">Refused, for example with <c>document_exists</c>: it is there with another kind or policy.</exception>
    public async Task<bool> CreateAsync(string id, string kind = "text", string policy = "merge", string title = "", CancellationToken cancellation = default)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, id);
            json.WriteString("kind"u8, kind);
            json.WriteString("policy"u8, policy);
            json.WriteString("title"u8, title);
            json.WriteEndObject();
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("api/documents", UriKind.Relative)) { Content = new ReadOnlyMemoryContent(body.WrittenMemory) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (await _connection.TokenAsync(cancellation) is { } token)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await _http.SendAsync(request, cancellation);
        if (answer.IsSuccessStatusCode)
            return answer.StatusCode == System.Net.HttpStatusCode.Created;
        throw ServerMessageReader.Problem((int)answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(cancellation));
    }

    /// <summary>Joins a document as a new session and waits until its content is here.</summary>
    /// <exception cref="CollabException">Refused, for example with <c>document_not_found</c>, or <c>unauthenticated</c> where the server does not take the token.</exception>
    public async Task<CollabDocument> OpenAsync(string id, CancellationToken cancellation = default)
    {
        var document = new CollabDocument(id, _connection);
        _connection.Add(document);
        try
        {
            await document.WhenLoaded.WaitAsync(cancellation);
            return document;
        }
        catch
        {
            document.Close();
            throw;
        }
    }

    /// <summary>Leaves every document and closes the connection. Wait for <see cref="CollabDocument.WhenSavedAsync"/> first where edits may be pending.</summary>
    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        _http.Dispose();
    }
}
