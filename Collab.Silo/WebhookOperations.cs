using System.Text.Json;
using Collab.Contracts.Activity;
using Collab.Contracts.Refusals;
using Collab.Contracts.Webhooks;

namespace Collab.Silo;

/// <summary>What operators see of webhooks, and do about them.</summary>
internal static class WebhookOperations
{
    public static void Map(RouteGroupBuilder group)
    {
        // A page in an operator's browser is not the operator: browsers name the page's origin with each POST, programs name none.
        group.AddEndpointFilter(async (context, next) => HttpMethods.IsPost(context.HttpContext.Request.Method) && context.HttpContext.Request.Headers.Origin.Count > 0
            ? Results.Problem("Pages can't do this.", statusCode: StatusCodes.Status403Forbidden)
            : await next(context));
        group.ExcludeFromDescription();
        group.MapGet("", async (IGrainFactory grains) =>
            Results.Ok(new { webhooks = await grains.GetGrain<IWebhookDirectoryGrain>(IWebhookDirectoryGrain.Key).List() }));
        group.MapGet("/{name}", async (string name, IGrainFactory grains) => Answer(name, await Endpoint(grains, name).Describe(), StatusCodes.Status200OK));
        group.MapPost("/{name}/resume", async (string name, IGrainFactory grains) => Answer(name, await Endpoint(grains, name).Resume(), StatusCodes.Status200OK));
        group.MapGet("/{name}/dead-letters", ListAsync);
        group.MapPost("/{name}/dead-letters/redeliver", async (string name, IGrainFactory grains) => Answer(name, await Endpoint(grains, name).Redeliver(), StatusCodes.Status202Accepted));
    }

    private static IWebhookGrain Endpoint(IGrainFactory grains, string name) => grains.GetGrain<IWebhookGrain>(name);

    private static async Task<IResult> ListAsync(string name, IGrainFactory grains, long after = 0, int limit = 100) => await Endpoint(grains, name).ListDeadLetters(after, limit) switch
    {
        null => Unknown(name),
        { Refusal: { } refusal } => Refused(refusal),
        { } page => Results.Stream(output => WriteAsync(output, page), "application/json"),
    };

    private static IResult Answer(string name, WebhookStatus? status, int code) => status switch
    {
        null => Unknown(name),
        { Refusal: { } refusal } => Refused(refusal),
        _ => Results.Json(status, statusCode: code),
    };

    private static IResult Unknown(string name) => Results.Problem($"No endpoint {name} is configured (Collab:Webhooks).", statusCode: StatusCodes.Status404NotFound);

    private static IResult Refused(Refusal refusal) => Results.Problem(refusal.Detail, statusCode: StatusCodes.Status503ServiceUnavailable);

    private static async Task WriteAsync(Stream output, DeadLetterPage page)
    {
        await using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        writer.WriteStartArray("deadLetters"u8);
        foreach (var letter in page.Letters)
        {
            writer.WriteStartObject();
            writer.WritePropertyName("event"u8);
            ActivityJson.Write(writer, letter.Event);
            writer.WriteNumber("rounds"u8, letter.Rounds);
            writer.WriteString("failure"u8, letter.Failure);
            writer.WriteString("at"u8, letter.At);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
