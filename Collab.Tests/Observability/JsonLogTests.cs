using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Collab.Tests.EndToEnd;
using Collab.Tests.Web.Security;

namespace Collab.Tests.Observability;

/// <summary>Real processes that were told to log JSON.</summary>
public sealed class JsonLogTests
{
    private const string TokenRevoked = "3312";
    private const string Engine = "101";

    [Fact]
    public async Task Every_line_of_a_web_host_is_an_object_with_event_id_and_time_and_a_requests_lines_have_its_trace()
    {
        string key = Credentials.NewKey();
        await using var server = await ServerProcess.StartAsync([.. Credentials.Settings(key).Select(setting => $"{setting.Key}={setting.Value}"), "Logging:Console:FormatterName=json"]);
        using var http = new HttpClient { BaseAddress = server.Url };
        http.DefaultRequestHeaders.Add("X-Api-Key", key);
        var trace = ActivityTraceId.CreateRandom();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/tokens/revoke") { Content = JsonContent.Create(new { subject = "user-7" }) };
        request.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");
        using (var answer = await http.SendAsync(request))
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);

        await Eventually.IsTrue(() => server.Log.Contains($"\"EventId\":{TokenRevoked},", StringComparison.Ordinal), "the revocation is logged");

        var lines = Lines(server);
        var revoked = lines.Single(line => line.GetProperty("EventId").GetRawText() == TokenRevoked);
        Assert.Equal("user-7", revoked.GetProperty("State").GetProperty("Subject").GetString());
        var scope = revoked.GetProperty("Scopes").EnumerateArray().First(scope => scope.ValueKind == JsonValueKind.Object && scope.TryGetProperty("TraceId", out _));
        Assert.Equal(trace.ToHexString(), scope.GetProperty("TraceId").GetString());
        Assert.Matches("^[0-9a-f]{16}$", scope.GetProperty("SpanId").GetString());
        Assert.All(lines, line => Assert.True(line.GetProperty("Timestamp").GetDateTime() > DateTime.UtcNow - TimeSpan.FromHours(1)));
    }

    [Fact]
    public async Task A_silo_without_web_host_writes_the_same_form()
    {
        await using var server = new ServerProcess(ServerProgram.Silo, "Collab:Cluster:Mode=embedded", "Logging:Console:FormatterName=json");
        await server.StartAgainAsync();

        Assert.Contains(Lines(server), line => line.GetProperty("EventId").GetRawText() == Engine && line.TryGetProperty("Scopes", out _) && line.TryGetProperty("Timestamp", out _));
    }

    private static List<JsonElement> Lines(ServerProcess server) =>
        [.. server.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
}
