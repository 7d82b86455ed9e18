using System.Buffers;
using System.IO.Pipelines;
using Collab.Contracts.Refusals;
using Collab.Observability;
using Microsoft.AspNetCore.Connections;

namespace Collab.Web.Api;

/// <summary>Reads a request's body up to the limit that messages have, too.</summary>
internal static class RequestBody
{
    /// <returns>The bytes, or null when there are more than <paramref name="limit"/>.</returns>
    public static async Task<byte[]?> ReadAsync(HttpRequest request, int limit)
    {
        var body = request.BodyReader;
        while (true)
        {
            var result = await ReadAsync(body, request.HttpContext);
            bool isTooLarge = result.Buffer.Length > limit;
            if (isTooLarge || result.IsCompleted)
            {
                byte[]? bytes = isTooLarge ? null : result.Buffer.ToArray();
                body.AdvanceTo(result.Buffer.End);
                return bytes;
            }

            body.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private static async ValueTask<ReadResult> ReadAsync(PipeReader body, HttpContext context)
    {
        try
        {
            return await body.ReadAsync(context.RequestAborted);
        }
        catch (Exception gone) when (gone is OperationCanceledException or ConnectionResetException)
        {
            context.Abort();
            throw new OperationCanceledException("The client is gone.", gone);
        }
        catch (IOException broken) when (broken is not BadHttpRequestException)
        {
            throw new BadHttpRequestException("The body ends within itself.", broken);
        }
    }

    public static Refusal TooLarge(int limit)
    {
        LimitMetrics.Reached(Limit.MessageBytes);
        return new Refusal(RefusalReason.MessageTooLarge, $"The body has more than {limit} bytes, the limit (Collab:Limits:MessageBytes).");
    }
}
