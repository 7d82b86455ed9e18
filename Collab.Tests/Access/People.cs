using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Collab.Contracts.Access;
using Collab.Tests.Web;
using Collab.Tests.Web.Security;

namespace Collab.Tests.Access;

/// <summary>What tests of access say, in few words: somebody with a token connects, asks, is given a role.</summary>
internal static class People
{
    /// <summary>A connection of somebody with such a token.</summary>
    public static async Task<HubClient> ConnectAsAsync(this WebHost host, string subject, Role role = Role.Editor, string documents = "*")
    {
        var client = await host.ConnectAsync();
        await client.AuthenticateAsync(host.Token(subject, documents, role));
        return client;
    }

    public static async Task AuthenticateAsync(this HubClient client, string token)
    {
        await client.SendAsync("authenticate", new { token });
        await client.NextAsync("authenticated");
    }

    /// <summary>A request with a token, or with an API key.</summary>
    public static async Task<HttpResponseMessage> AskAsync(this WebHost host, HttpMethod method, string path, string? token = null, string? key = null, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (key is not null)
            request.Headers.Add("X-Api-Key", key);
        if (body is not null)
            request.Content = body as HttpContent ?? JsonContent.Create(body);
        return await host.Http.SendAsync(request);
    }

    /// <summary>The document says from now on that the subject has this role.</summary>
    public static async Task GrantAsync(this WebHost host, string key, string document, string subject, string role)
    {
        using var answer = await host.AskAsync(HttpMethod.Put, $"/api/documents/{document}/permissions/{Uri.EscapeDataString(subject)}", key: key, body: new { role });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    public static string Text(this JsonElement message, string name) => message.GetProperty(name).GetString()!;

    /// <summary>The refusal of what was sent last.</summary>
    public static async Task<(string Verb, string Reason, string Action)> RefusedAsync(this HubClient client)
    {
        var refused = await client.NextAsync("refused");
        return (refused.Text("verb"), refused.Text("reason"), refused.Text("action"));
    }
}
