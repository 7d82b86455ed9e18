using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Collab.Operations;
using Collab.Stress.Server;

namespace Collab.Stress.Integrity;

/// <summary>A document as REST shows it, page by page: what is asked for when all is over.</summary>
/// <remarks>The server may answer the newest operations, and the content at the head, from memory. Content at an earlier revision it reads from where it is durable.</remarks>
internal sealed class DocumentLog(StressServer server, string document, IDocumentKind kind)
{
    private const int PageOperations = 1000;

    /// <summary>Where the log begins and ends.</summary>
    public async Task<(long Start, long Head)> DescribeAsync(CancellationToken cancellation)
    {
        using var answer = await server.GetAsync($"api/documents/{document}", cancellation);
        return (answer.RootElement.GetProperty("start").GetInt64(), answer.RootElement.GetProperty("revision").GetInt64());
    }

    /// <summary>The content at a revision, at the head for null.</summary>
    /// <exception cref="InvalidDataException">It is not at that revision, or its hash is not the one that comes with it.</exception>
    public async Task<(long Revision, IContent Content)> ContentAsync(long? revision, CancellationToken cancellation)
    {
        using var answer = await server.GetAsync($"api/documents/{document}/content{(revision is { } at ? $"?revision={at}" : "")}", cancellation);
        long given = answer.RootElement.GetProperty("revision").GetInt64();
        var content = kind.DecodeContent(JsonMarshal.GetRawUtf8Value(answer.RootElement.GetProperty("content")));
        if (revision is { } asked && given != asked)
            throw new InvalidDataException($"asked for its content at revision {asked}, REST gives that at {given}");
        if (content.Hash() != answer.RootElement.GetProperty("hash").GetUInt32())
            throw new InvalidDataException($"the hash that REST gives with its content at revision {given} is not that content's");
        return (given, content);
    }

    /// <summary>The operations after a revision, up to the head.</summary>
    /// <exception cref="InvalidDataException">Pages don't follow each other, or end before the head.</exception>
    public async IAsyncEnumerable<LoggedOperation> ReadAsync(long from, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (long revision = from, head = from + 1; revision < head;)
        {
            using var page = await server.GetAsync($"api/documents/{document}/operations?from={revision}&limit={PageOperations}", cancellation);
            long first = page.RootElement.GetProperty("revision").GetInt64();
            if (first != revision + 1)
                throw new InvalidDataException($"asked for its operations after revision {revision}, REST gives those from {first} on");
            head = page.RootElement.GetProperty("head").GetInt64();
            foreach (var operation in page.RootElement.GetProperty("operations").EnumerateArray())
            {
                revision++;
                var delta = kind.DecodeDelta(JsonMarshal.GetRawUtf8Value(operation.GetProperty("delta")), DeltaLimits.Default);
                yield return new LoggedOperation(revision, operation.GetProperty("session").GetString()!, operation.GetProperty("sequence").GetInt64(), delta);
            }

            if (revision < first && revision < head)
                throw new InvalidDataException($"its log has nothing after revision {revision}, although its head is {head}");
        }
    }

    /// <summary>Whether the server said that it has given this part of the history up.</summary>
    public static bool IsGivenUp(HttpRequestException failure) => failure.StatusCode == HttpStatusCode.Gone;
}
