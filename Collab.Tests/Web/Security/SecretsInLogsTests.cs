using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Collab.Tests.Web.Security;

/// <summary>Whatever is logged, at the finest level, holds no credential and nothing of a document.</summary>
public sealed class SecretsInLogsTests
{
    private const string Text = "Zanzibar-is-what-somebody-typed";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_line_has_a_key_a_token_or_text_of_a_document(bool isServedBySignalR)
    {
        string key = Credentials.NewKey();
        var lines = new LogLines();
        var host = new WebHost(Credentials.Settings(key, ("Logging:LogLevel:Default", "Trace")), services =>
        {
            services.AddSingleton<ILoggerProvider>(lines);
            if (isServedBySignalR)
                services.ServeBySignalRAlone();
            services.Configure<LoggerFilterOptions>(filter => filter.MinLevel = LogLevel.Trace);
        });
        await host.StartAsync();
        List<string> secrets = [key, Text];
        try
        {
            string document = await host.CreateWithAsync(key);
            host.Http.DefaultRequestHeaders.Add("X-Api-Key", key);
            using var answer = await host.Http.PostAsJsonAsync("/api/tokens", new { subject = "user-7", documents = "*", role = "editor" });
            string token = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString()!;
            host.Http.DefaultRequestHeaders.Remove("X-Api-Key");
            secrets.AddRange([token, token[..^4], host.Token("user-7", lifetime: TimeSpan.FromSeconds(-1))]);

            await using (var client = await host.ConnectAsync())
            {
                foreach (string bad in secrets[2..])
                    await client.SendAsync("authenticate", new { token = bad });
                await client.SendAsync("authenticate", new { token = secrets[2][..^2], unknown = true });
                await client.SendAsync("authenticate", new { token });
                var joined = await client.JoinAfterRefusalsAsync(document);
                string resume = joined.GetProperty("token").GetString()!;
                secrets.Add(resume);
                await client.SubmitAsync(document, 1, 0, Text);
                await client.SendAsync("presence", new { document, revision = 0, state = new { note = Text } });
                await client.OperationsAsync(0, 1);
                await client.SendAsync("join", new { document, version = 1, resume = new { session = joined.GetProperty("session").GetString(), token = resume } });
                secrets.Add((await client.NextAsync("joined")).GetProperty("token").GetString()!);
            }

            host.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            await host.GetAsync($"/api/documents/{document}/content");
            using var submitted = await host.Http.PostAsJsonAsync($"/api/documents/{document}/operations", new { session = "api-1", sequence = 1, @base = 1, delta = new object[] { Text, Text.Length } });
            Assert.True(submitted.IsSuccessStatusCode);
            await Assert.ThrowsAsync<WebSocketException>(() => Web.HubClient.ConnectWithAsync(new Uri(host.Http.BaseAddress!, "/collab"), "Authorization", $"Bearer {secrets[3]}"));
        }
        finally
        {
            await host.StopAsync();
            await host.DisposeAsync();
        }

        // SignalR writes each message down, at the finest level.
        Assert.True(!isServedBySignalR || lines.All.Any(line => line.Contains("AuthenticateMessage", StringComparison.Ordinal)), "messages were not traced");
        foreach (string secret in secrets)
        {
            var found = lines.All.FirstOrDefault(line => line.Contains(secret[..Math.Min(24, secret.Length)], StringComparison.Ordinal));
            Assert.True(found is null, found);
        }
    }
}

/// <summary>Joins on a connection that is still told what was refused before.</summary>
file static class Refusals
{
    public static async Task<JsonElement> JoinAfterRefusalsAsync(this HubClient client, string document)
    {
        await client.SendAsync("join", new { document, version = 1 });
        JsonElement message;
        do
        {
            message = await client.NextAsync("joined", "refused", "authenticated");
        }
        while (message.GetProperty("target").GetString() != "joined");
        return message;
    }
}
