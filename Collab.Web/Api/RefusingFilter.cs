namespace Collab.Web.Api;

/// <summary>A grain call that throws is answered like a refusal: problem details that say to retry.</summary>
internal sealed partial class RefusingFilter(ILogger<RefusingFilter> logger) : IEndpointFilter
{
    private readonly ILogger _logger = logger;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (Exception failure) when (failure is not BadHttpRequestException && !context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            LogFailed(context.HttpContext.GetEndpoint()?.DisplayName, failure);
            return Problems.Of(GrainFailures.Refuse(failure));
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Endpoint} failed; the caller was told to retry.")]
    private partial void LogFailed(string? endpoint, Exception failure);
}
