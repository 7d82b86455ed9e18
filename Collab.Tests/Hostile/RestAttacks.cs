using System.Text;
using static Collab.Tests.Hostile.RawClient;

namespace Collab.Tests.Hostile;

/// <summary>The same over HTTP: bodies, headers and paths that are none.</summary>
internal static class RestAttacks
{
    public static IEnumerable<Attack> All() =>
    [
        new("bodies that are none of the API's", BodiesAsync),
        new("a body of endless chunks", ChunksAsync),
        new("a body that claims a terabyte", (server, _) => AnsweredAsync(server, Post(server, "Content-Length: 1099511627776") + new string('x', 10_000))),
        new("a flood of headers", HeadersAsync),
        new("paths that lead elsewhere", PathsAsync),
        new("requests that break the rules of HTTP", BrokenAsync),
    ];

    private static string Post(Uri server, string headers, string path = "/api/documents") => $"POST {path} HTTP/1.1\r\nHost: {server.Authority}\r\nContent-Type: application/json\r\nConnection: close\r\n{headers}\r\n\r\n";

    private static async Task<string> BodiesAsync(Uri server, int size)
    {
        string document = await MessageAttacks.CreateAsync(server);
        string[] bodies =
        [
            "", "x", "null", "[]", "1", "{", "{}", "{\"kind\":\"no\\u0000such\"}", "{\"kind\":\"text\",\"id\":\"../x\"}", "{\"kind\":\"text\",\"title\":\"\\ud800\"}", "{\"kind\":\"text\",\"\\ud800\":1}", "{\"kind\":\"text\",\"kind\":\"text\",\"x\":1}", "{\"kind\":1}",
            SocketAttacks.Deep(100_000), $"{{\"kind\":{SocketAttacks.Deep(1_000)}}}", "{\"session\":\"api-a\",\"sequence\":1,\"base\":0,\"delta\":[1e400]}", $"{{\"session\":\"api-a\",\"sequence\":1,\"base\":0,\"delta\":{SocketAttacks.Deep(5_000)}}}",
            $"{{\"session\":\"api-a\",\"sequence\":{new string('9', 10_000)},\"base\":0,\"delta\":[]}}", "{" + string.Join(',', Enumerable.Range(0, 50_000).Select(i => $"\"m{i}\":1")) + "}", new('x', 1_500_000),
        ];
        var heard = new StringBuilder();
        foreach (string path in new[] { "/api/documents", $"/api/documents/{document}/operations", "/api/tokens", "/api/tokens/revoke", $"/api/documents/{document}/nothing" })
        {
            foreach (string body in bodies)
                heard.AppendLine(await AnsweredAsync(server, Post(server, $"Content-Length: {Encoding.UTF8.GetByteCount(body)}", path) + body));
        }

        return heard.ToString();
    }

    private static async Task<string> ChunksAsync(Uri server, int size)
    {
        const long Limit = 100_000_000;
        await using var client = await ConnectAsync(server);
        await client.SendAsync(Post(server, "Transfer-Encoding: chunked"));
        Assert.True(await client.FloodAsync(Encoding.ASCII.GetBytes($"4000\r\n{new string(' ', 0x4000)}\r\n"), Limit) < Limit, "The server has taken a body of 100 MB.");
        await client.WhenClosedAsync();
        return client.Heard;
    }

    private static async Task<string> HeadersAsync(Uri server, int size)
    {
        var heard = new StringBuilder();
        heard.AppendLine(await AnsweredAsync(server, $"GET /api/documents HTTP/1.1\r\nHost: {server.Authority}\r\n{string.Concat(Enumerable.Range(0, 10_000).Select(i => $"X-{i}: {i}\r\n"))}\r\n"));
        heard.AppendLine(await AnsweredAsync(server, $"GET /api/documents HTTP/1.1\r\nHost: {server.Authority}\r\nX-Long: {new string('x', 1 << 20)}\r\n\r\n"));
        heard.AppendLine(await AnsweredAsync(server, $"GET /api/documents HTTP/1.1\r\nHost: {server.Authority}\r\nAuthorization: Bearer {new string('x', 8_000)}\r\nConnection: close\r\n\r\n"));
        heard.AppendLine(await AnsweredAsync(server, $"GET /api/documents HTTP/1.1\r\nHost: {server.Authority}\r\nX-Api-Key: \u00ff\u0001\r\nConnection: close\r\n\r\n"));
        await using var endless = await ConnectAsync(server);
        await endless.SendAsync($"GET / HTTP/1.1\r\nHost: {server.Authority}\r\n");
        Assert.True(await endless.FloodAsync("X-More: and more\r\n"u8.ToArray(), 10_000_000) < 10_000_000, "The server has taken headers of 10 MB.");
        heard.AppendLine(endless.Heard);
        return heard.ToString();
    }

    private static async Task<string> PathsAsync(Uri server, int size)
    {
        string[] paths =
        [
            "/../../../etc/passwd", "/..%2f..%2fetc/passwd", "/api/documents/..%2f..%2fetc%2fpasswd/content", "/api/documents/%00", "/api/documents/%ff%fe", "/api/documents/%c0%af", "/api/documents/a%2fb", "/api//documents", "/api/documents/",
            "/api\\documents", "/%2e%2e/%2e%2e/", "/collab/../api/documents", "/collab/negotiate", "/collab/negotiate?negotiateVersion=99", "/collab?id=x&access_token=y", $"/api/documents/{new string('x', 7_000)}", $"/{new string('x', 100_000)}", "/api/documents?limit=-1",
            "/api/documents?limit=99999999999999", "/api/documents?after=%00", "/api/documents?limit=x", "/api/documents/d/content?revision=-1", "/api/documents/d/content?revision=1e9", "/api/documents/d/operations?from=99999999999999999999", "/metrics/../../x", "/operations/x",
            "/health/ready?x[]=1", "*", "http://evil.example/api/documents",
        ];
        var heard = new StringBuilder();
        foreach (string path in paths)
        {
            foreach (string method in new[] { "GET", "DELETE", "PATCH", "TRACE" })
                heard.AppendLine(await AnsweredAsync(server, $"{method} {path} HTTP/1.1\r\nHost: {server.Authority}\r\nConnection: close\r\n\r\n"));
        }

        return heard.ToString();
    }

    private static async Task<string> BrokenAsync(Uri server, int size)
    {
        string host = $"Host: {server.Authority}\r\n";
        string[] requests =
        [
            "\r\n\r\nhello\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", $"GET / HTTP/1.1\r\n{host}{host}\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", $"GET / HTTP/1.1\r\n{host}: x\r\n\r\n", $"GET / HTTP/1.1\r\n{host}X : y\r\n\r\n",
            $"POST /api/documents HTTP/1.1\r\n{host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n", $"POST /api/documents HTTP/1.1\r\n{host}Content-Length: -1\r\n\r\n", $"POST /api/documents HTTP/1.1\r\n{host}Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
            $"POST /api/documents HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nZZ\r\nx\r\n", $"POST /api/documents HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nFFFFFFFFFFFFFFFF\r\nx", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u0016\u0003\u0001\u0002\u0000\u0001",
            $"{new string('A', 10_000)} / HTTP/1.1\r\n\r\n",
        ];
        var heard = new StringBuilder();
        foreach (string request in requests)
        {
            await using var client = await ConnectAsync(server);
            await client.SendAsync(request);
            // Some wait for more that never comes; nobody waits for them.
            await Task.WhenAny(client.WhenClosedAsync(), Task.Delay(200));
            heard.AppendLine(client.Heard);
        }

        return heard.ToString();
    }

    private static async Task<string> AnsweredAsync(Uri server, string request)
    {
        await using var client = await ConnectAsync(server);
        await client.SendAsync(request);
        await client.WhenHeardAsync("HTTP/1.1 ");
        return client.Heard;
    }
}
