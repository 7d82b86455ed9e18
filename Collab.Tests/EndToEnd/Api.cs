using System.Text.Json;
using Collab.Operations;
using Collab.Operations.Text;

namespace Collab.Tests.EndToEnd;

/// <summary>What a document is when asked over REST: its content, and its log replayed from the beginning.</summary>
internal sealed class Api(Uri server) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = server };

    public async Task<string> TextAsync(string document)
    {
        var content = await GetAsync($"api/documents/{document}/content");
        return content.GetProperty("content").GetString()!;
    }

    public async Task<long> HeadAsync(string document) => (await GetAsync($"api/documents/{document}")).GetProperty("revision").GetInt64();

    /// <summary>The text after applying every operation to nothing, and the operations' (session, sequence) in their order.</summary>
    public async Task<(string Text, IReadOnlyList<(string Session, long Sequence)> Operations)> ReplayAsync(string document)
    {
        IContent content = TextContent.Empty;
        var operations = new List<(string, long)>();
        while (true)
        {
            var page = await GetAsync($"api/documents/{document}/operations?from={operations.Count}&limit=1000");
            Assert.Equal(operations.Count + 1, page.GetProperty("revision").GetInt64());
            foreach (var operation in page.GetProperty("operations").EnumerateArray())
            {
                operations.Add((operation.GetProperty("session").GetString()!, operation.GetProperty("sequence").GetInt64()));
                var raw = System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(operation.GetProperty("delta"));
                content = content.Apply(TextKind.Instance.DecodeDelta(raw, DeltaLimits.Default));
            }

            if (operations.Count == page.GetProperty("head").GetInt64())
                return (content.ToString()!, operations);
        }
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative));
        string body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"GET {path}: {(int)answer.StatusCode} {body}");
        using var json = JsonDocument.Parse(body);
        return json.RootElement.Clone();
    }

    public void Dispose() => _http.Dispose();
}
