using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Collab.Contracts.Access;
using Collab.Web.Security;
using Microsoft.Extensions.DependencyInjection;

namespace Collab.Tests.Web.Security;

/// <summary>Keys and tokens for tests, and the settings by which a host takes them.</summary>
internal static class Credentials
{
    /// <summary>By this the tests read a guarded host's metrics.</summary>
    public const string OperatorName = "tests-operator";

    public static string OperatorKey { get; } = NewKey();

    /// <summary>A new key, as <c>./collab apikey</c> makes them.</summary>
    public static string NewKey() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>What a key is configured by.</summary>
    public static string Hash(string key) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    /// <summary>What makes a host of tests one that lets nobody in without a credential, and takes <paramref name="key"/>.</summary>
    public static Dictionary<string, string?> Settings(string key, params (string Name, string Value)[] more) => new([
        new("Collab:Access:Anonymous", "none"),
        // A busy machine may take its time between a handshake and what follows.
        new("Collab:Access:AuthenticationTimeout", "00:02:00"),
        new("Collab:Access:ApiKeys:0:Name", "tests"),
        new("Collab:Access:ApiKeys:0:Hash", Hash(key)),
        new("Collab:Access:ApiKeys:9:Name", OperatorName),
        new("Collab:Access:ApiKeys:9:Hash", Hash(OperatorKey)),
        new("Collab:Access:ApiKeys:9:Role", "none"),
        new("Collab:Access:ApiKeys:9:IsOperator", "true"),
        .. more.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value))]);

    /// <summary>A new document of text, made with an API key.</summary>
    public static async Task<string> CreateWithAsync(this WebHost host, string key, string? id = null)
    {
        id ??= $"d-{Guid.NewGuid():N}";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/documents") { Content = JsonContent.Create(new { id, kind = "text" }) };
        request.Headers.Add("X-Api-Key", key);
        using var answer = await host.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return id;
    }

    /// <summary>A token of <paramref name="host"/>'s own, sealed as its API would.</summary>
    public static string Token(this WebHost host, string subject, string documents = "*", Role role = Role.Owner, TimeSpan? lifetime = null, string name = "")
    {
        var now = DateTimeOffset.UtcNow;
        return host.Services.GetRequiredService<AccessTokens>().Seal(new AccessToken(subject, name, documents, role, AccessTokens.NewId(), now, now + (lifetime ?? TimeSpan.FromMinutes(15))));
    }
}
