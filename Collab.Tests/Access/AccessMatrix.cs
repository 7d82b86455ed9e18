using System.Reflection;
using System.Security.Cryptography;
using Collab.Contracts.Access;
using Collab.Tests.Web;
using Collab.Tests.Web.Security;
using Collab.Web.Connections;
using Collab.Web.Messages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Collab.Tests.Access;

/// <summary>A host with an own and a foreign document, for callers of each kind; and all verbs that it has, as the product itself says.</summary>
public sealed class AccessMatrix : IAsyncLifetime
{
    /// <summary>What is documents' but no verb of theirs, or has a table of its own: each has its tests.</summary>
    private static readonly string[] Elsewhere = ["POST /api/tokens", "POST /api/tokens/revoke", "GET /api/activity", "authenticate", "refused"];

    private readonly string _adminKey = Credentials.NewKey();
    private readonly string _ownKey = Credentials.NewKey();

    public AccessMatrix() => Host = new WebHost(Credentials.Settings(
        _adminKey,
        ("Collab:Access:ApiKeys:1:Name", "own"), ("Collab:Access:ApiKeys:1:Hash", Convert.ToBase64String(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(_ownKey)))),
        ("Collab:Access:ApiKeys:1:Documents", "own-*"), ("Collab:Access:ApiKeys:1:IsOperator", "true"),
        ("Collab:Limits:RequestsPerSecond", "10000"), ("Collab:Limits:RestRequestsPerSecond", "10000")));

    public WebHost Host { get; }

    /// <summary>Who the roles of the table are: tokens with each, an API key, nobody.</summary>
    public static IReadOnlyList<(string Actor, string Role)> Actors { get; } =
        [("anonymous", "anonymous"), ("none", "none"), ("viewer", "viewer"), ("commenter", "commenter"), ("editor", "editor"), ("owner", "owner"), ("key", "owner")];

    public static IReadOnlyList<string> Documents { get; } = ["own", "foreign", "missing"];

    /// <summary>The targets that the hub takes.</summary>
    public static IReadOnlyList<string> HubVerbs { get; } =
        [.. typeof(CollabHub).GetMethods(BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.Instance).Select(VerbOf).Except(Elsewhere)];

    /// <summary>The endpoints below <c>/api</c>: <c>GET /api/documents/{id}</c>.</summary>
    public IReadOnlyList<string> Endpoints =>
        [.. from endpoint in Host.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            let path = endpoint.RoutePattern.RawText!.TrimEnd('/').Replace("{**", "{", StringComparison.Ordinal)
            where path.StartsWith("/api/", StringComparison.Ordinal)
            from method in endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods
            where !Elsewhere.Contains($"{method} {path}")
            select $"{method} {path}"];

    public static string IdOf(string document) => $"{(document == "foreign" ? "foreign" : "own")}-{(document == "missing" ? "missing" : "1")}";

    public async Task InitializeAsync()
    {
        await Host.StartAsync();
        foreach (string id in (string[])[IdOf("own"), IdOf("foreign")])
        {
            using var created = await Host.AskAsync(HttpMethod.Post, "/api/documents", key: _adminKey, body: new { id, kind = "richtext" });
            Assert.True(created.IsSuccessStatusCode);
        }
    }

    public Task DisposeAsync() => Host.DisposeAsync();

    /// <summary>A request of one of <see cref="Actors"/>.</summary>
    internal Task<HttpResponseMessage> AskAsync(string actor, HttpMethod method, string path, object? body = null) => actor switch
    {
        "anonymous" => Host.AskAsync(method, path, body: body),
        "key" => Host.AskAsync(method, path, key: _ownKey, body: body),
        _ => Host.AskAsync(method, path, Token(actor), body: body),
    };

    internal Task<HubClient> ConnectAsync(string actor)
    {
        var hub = new Uri(Host.Http.BaseAddress!, "/collab");
        return actor switch
        {
            "anonymous" => Host.ConnectAsync(),
            "key" => HubClient.ConnectWithAsync(hub, "X-Api-Key", _ownKey),
            _ => HubClient.ConnectWithAsync(hub, "Authorization", $"Bearer {Token(actor)}"),
        };
    }

    /// <summary>Somebody who is in the document, whatever happens to others.</summary>
    internal async Task<(HubClient Client, string Session)> JoinAsAdminAsync(string id)
    {
        var client = await HubClient.ConnectWithAsync(new Uri(Host.Http.BaseAddress!, "/collab"), "X-Api-Key", _adminKey);
        return (client, (await client.JoinAsync(id)).Text("session"));
    }

    private string Token(string actor) => Host.Token($"subject-{actor}", "own-*", Roles.Parse(actor)!.Value);

    private static string VerbOf(MethodInfo method)
    {
        var message = method.GetParameters().Single().ParameterType;
        return typeof(IDocumentMessage).IsAssignableFrom(message)
            ? (string)message.GetProperty("Verb", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!
            : method.Name == nameof(CollabHub.Refuse) ? "refused" : method.Name.ToLowerInvariant();
    }
}
