using System.Buffers;
using Collab.Contracts.Refusals;
using Collab.Observability;

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
            var result = await body.ReadAsync(request.HttpContext.RequestAborted);
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

    public static Refusal TooLarge(int limit)
    {
        LimitMetrics.Reached(Limit.MessageBytes);
        return new Refusal(RefusalReason.MessageTooLarge, $"The body has more than {limit} bytes, the limit (Collab:Limits:MessageBytes).");
    }
}
