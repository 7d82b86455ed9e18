using Collab.Contracts.Refusals;
using Microsoft.Extensions.Options;

namespace Collab.Web.Api;

/// <summary>A grain call that throws is answered like a refusal: problem details that say to retry.</summary>
internal sealed partial class RefusingFilter(IOptions<CollabOptions> options, ILogger<RefusingFilter> logger) : IEndpointFilter
{
    private readonly ILogger _logger = logger;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (BadHttpRequestException broken)
        {
            // Kestrel's own words are for its log.
            return Problems.Of(broken.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? RequestBody.TooLarge(options.Value.Limits.MessageBytes)
                : new Refusal(RefusalReason.Malformed, "The request breaks a rule of HTTP, or a parameter is not of its type."));
        }
        catch (Exception failure) when (!context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            LogFailed(context.HttpContext.GetEndpoint()?.DisplayName, failure);
            return Problems.Of(GrainFailures.Refuse(failure));
        }
    }

    [LoggerMessage(3301, LogLevel.Warning, "{Endpoint} failed; the caller was told to retry.")]
    private partial void LogFailed(string? endpoint, Exception failure);
}
