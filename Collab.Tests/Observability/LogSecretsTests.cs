using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Collab.Tests.EndToEnd;
using Collab.Tests.Web;
using Collab.Tests.Web.Security;

namespace Collab.Tests.Observability;

/// <summary>A real host that logs everything there is, at the finest level: nothing of what people type and show, and none of what they identify themselves with, is in it.</summary>
public sealed class LogSecretsTests
{
    // A word for each way that text comes in by, so that a find says where it leaks.
    private const string Typed = "Zanzibar-typed";
    private const string Formatted = "Zanzibar-formatted";
    private const string Shown = "Zanzibar-shown";
    private const string Refused = "Zanzibar-refused";
    private const string Malformed = "Zanzibar-malformed";
    private const string Posted = "Zanzibar-posted";
    private const string Name = "Zanzibar-name";

    [Fact]
    public async Task Nothing_that_was_typed_shown_or_refused_and_no_credential_is_in_the_log_of_a_real_host_at_Trace()
    {
        string key = Credentials.NewKey();
        await using var server = await ServerProcess.StartAsync(
        [
            .. Credentials.Settings(key).Select(setting => $"{setting.Key}={setting.Value}"),
            .. from category in (string[])["Default", "Collab", "Microsoft", "Microsoft.AspNetCore", "Microsoft.AspNetCore.DataProtection"] select $"Logging:LogLevel:{category}=Trace",
            // Finer, the engine writes so much that a busy machine's calls time out.
            "Logging:LogLevel:Orleans=Debug",
            "Logging:Console:FormatterName=json",
            // With traces on, the tags of spans are in the lines, too.
            $"Collab:Traces:Endpoint=http://127.0.0.1:{OwnPort.Take()}",
            "Collab:Traces:SampleRatio=1",
        ]);
        using var http = new HttpClient { BaseAddress = server.Url };
        http.DefaultRequestHeaders.Add("X-Api-Key", key);
        string token = await TokenAsync(http, "user-7");
        string late = await TokenAsync(http, "user-8", lifetime: 1);
        string ended = await TokenAsync(http, "user-9");
        using (var revoked = await http.PostAsJsonAsync("/api/tokens/revoke", new { subject = "user-9" }))
            Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        string resume = await TypeAsync(server.Url, token, "plain", isNegotiated: false);
        // SignalR serves this one, and writes each message down at that level.
        string other = await TypeAsync(server.Url, token, "negotiated", isNegotiated: true);
        string forged = token[..^6] + "AAAAAA";
        await IdentifyAsync(server.Url, [forged, ended, key, "Basic " + forged], late);
        await PostAsync(http);

        // What is written last comes last.
        using (var last = await http.PostAsJsonAsync("/api/tokens/revoke", new { subject = "nobody-else" }))
            Assert.Equal(HttpStatusCode.NoContent, last.StatusCode);
        await Eventually.IsTrue(() => server.Log.Contains("nobody-else", StringComparison.Ordinal), "the last line was written");

        Assert.Contains("SubmitMessage", server.Log, StringComparison.Ordinal);
        string[] lines = server.Log.Split('\n');
        foreach (string secret in (string[])["Zanzibar", Base64("Zanzibar-"), key, token[..24], token[^24..], late[^24..], ended[^24..], resume[..24], resume[^24..], other[..24], other[^24..]])
        {
            string? found = lines.FirstOrDefault(line => line.Contains(secret, StringComparison.OrdinalIgnoreCase));
            Assert.True(found is null, found);
        }
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static async Task<string> TokenAsync(HttpClient http, string subject, int lifetime = 600)
    {
        using var answer = await http.PostAsJsonAsync("/api/tokens", new { subject, name = Name, documents = "*", role = "owner", lifetime });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString()!;
    }

    /// <returns>A token that the session can be resumed with.</returns>
    private static async Task<string> TypeAsync(Uri server, string token, string document, bool isNegotiated)
    {
        var (plain, strict, rich) = (document, document + "-strict", document + "-rich");
        using var http = new HttpClient { BaseAddress = server };
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        await CreateAsync(http, plain, "text", "merge");
        await CreateAsync(http, strict, "text", "strict");
        await CreateAsync(http, rich, "richtext", "merge");
        await using var client = await ConnectAsync(server, isNegotiated ? await NegotiateAsync(http) : "");
        await client.SendAsync("authenticate", new { token });
        await client.NextAsync("authenticated");
        var joined = await client.JoinAsync(plain, Name);
        foreach (string other in (string[])[strict, rich])
            await client.JoinAsync(other, Name);
        await client.SubmitAsync(plain, 1, 0, Typed);
        await client.OperationsAsync(0, 1);
        await client.SendAsync("presence", new { document = plain, revision = 1, state = new { note = Shown } });
        await client.SubmitAsync(rich, 1, 0, new { insert = Formatted, attributes = new { link = "https://" + Formatted } }, new { retain = 1 });
        await client.NextAsync("operations");

        // Conflicts, which the strict document refuses and the other merges.
        await client.SubmitAsync(strict, 1, 0, Typed);
        await client.NextAsync("operations");
        await client.SubmitAsync(strict, 2, 0, Refused);
        await client.NextAsync("refused");
        await client.SubmitAsync(plain, 2, 0, Typed + "2");
        await client.NextAsync("operations");

        // What does not fit: lengths, sequences, content, form.
        await client.SubmitAsync(plain, 3, 1, 999_999, Refused);
        await client.NextAsync("refused");
        await client.SubmitAsync(plain, 2, 0, Refused);
        await client.NextAsync("refused");
        await client.SendAsync("check", new { document = plain, revision = 2, hash = 1 });
        foreach (string frame in (string[])
        [
            $$"""{"type":1,"target":"submit","arguments":[{"document":"{{plain}}","sequence":4,"base":1,"delta":["{{Malformed}}",{"{{Malformed}}":1}]}]}""",
            $$"""{"type":1,"target":"submit","arguments":[{"document":"{{plain}}","{{Malformed}}":1}]}""",
            $$"""{"type":1,"target":"{{Malformed}}","arguments":["{{Malformed}}"]}""",
            $$"""{"type":1,"target":"presence","arguments":[{"document":"{{plain}}","revision":0,"state":"{{Malformed}}"}]}""",
            $$"""{"{{Malformed}}""",
        ])
        {
            await client.SendRawAsync(frame);
            while ((await client.NextAsync("refused", "checked")).GetProperty("target").GetString() != "refused")
            {
                // The answer to the check comes when it comes.
            }
        }

        return joined.GetProperty("token").GetString()!;
    }

    private static async Task IdentifyAsync(Uri server, string[] bad, string late)
    {
        await using (var client = await ConnectAsync(server))
        {
            foreach (string token in (string[])[.. bad, late])
                await client.SendAsync("authenticate", new { token });
            await client.SendAsync("join", new { document = "plain", version = 1, resume = new { session = "s-1", token = bad[0] } });
            // The late one may still be in time, on a quick machine.
            JsonElement answer;
            do
            {
                answer = await client.NextAsync("refused", "authenticated");
            }
            while (!(answer.TryGetProperty("verb", out var verb) && verb.GetString() == "join"));
        }

        foreach (string header in (string[])["Authorization", "X-Api-Key"])
        {
            foreach (string token in bad)
            {
                await Assert.ThrowsAsync<WebSocketException>(() => HubClient.ConnectWithAsync(new Uri(server, "/collab"), header, header == "Authorization" ? "Bearer " + token : token + "x"));
            }
        }
    }

    private static async Task PostAsync(HttpClient http)
    {
        foreach (var (body, expected) in ((object, HttpStatusCode)[])
        [
            (new { session = "api-1", sequence = 1, @base = 0, delta = new object[] { Posted } }, HttpStatusCode.OK),
            (new { session = "api-1", sequence = 1, @base = 0, delta = new object[] { Posted + "2" } }, HttpStatusCode.Conflict),
            (new { session = "api-2", sequence = 1, @base = 0, delta = new object[] { new { retain = Posted } } }, HttpStatusCode.BadRequest),
        ])
        {
            using var answer = await http.PostAsJsonAsync("/api/documents/plain/operations", body);
            Assert.True(answer.StatusCode == expected, $"{answer.StatusCode} for {JsonSerializer.Serialize(body)}: {await answer.Content.ReadAsStringAsync()}");
        }

        using var garbage = new StringContent($"{{\"{Malformed}", Encoding.UTF8, "application/json");
        using var refused = await http.PostAsync("/api/documents/plain/operations", garbage);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        string content = await http.GetStringAsync("/api/documents/plain/content");
        Assert.Contains(Posted, content, StringComparison.Ordinal);
    }

    private static async Task CreateAsync(HttpClient http, string id, string kind, string policy)
    {
        // The first grain may take its time to start.
        await Eventually.IsTrue(
            async () =>
            {
                using var answer = await http.PostAsJsonAsync("/api/documents", new { id, kind, policy });
                Assert.True(answer.IsSuccessStatusCode || answer.StatusCode >= HttpStatusCode.InternalServerError, await answer.Content.ReadAsStringAsync());
                return answer.IsSuccessStatusCode;
            },
            $"document {id} is there");
    }

    private static Task<HubClient> ConnectAsync(Uri server, string query = "") => HubClient.ConnectAsync(new Uri(server, "/collab" + query), origin: null, receiveBuffer: null);

    private static async Task<string> NegotiateAsync(HttpClient http)
    {
        using var answer = await http.PostAsync("/collab/negotiate?negotiateVersion=1", null);
        string id = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("connectionToken").GetString()!;
        return $"?id={Uri.EscapeDataString(id)}";
    }
}
