using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Collab.Contracts;
using Collab.Contracts.Access;
using Collab.Contracts.Activity;
using Collab.Contracts.Refusals;
using Collab.Silo.Operators;
using Collab.Web.Cluster;
using Collab.Web.Security;
using Microsoft.AspNetCore.Mvc;

namespace Collab.Web.Api;

/// <summary>What happened: to one document, for people who look back, and to all of them, for programs that follow.</summary>
internal static class ActivityApi
{
    private const int PageEvents = 100;

    public static void MapDocument(RouteGroupBuilder documents) => documents.MapGet("{id}/activity", DocumentAsync).Takes(Role.Viewer)
        .WithName("listDocumentActivity").WithSummary("What happened to the document, newest first")
        .Produces<ActivityResponse>().Produces<Problem>(400, Problems.Media).Produces<Problem>(404, Problems.Media).Produces<Problem>(503, Problems.Media);

    public static void Map(RouteGroupBuilder activity) => activity.MapGet("", AllAsync).AddEndpointFilter(OperatorsAloneAsync)
        .WithName("listActivity").WithSummary("What happened to all documents, oldest first, to be polled from the last position that was handled; for operators")
        .Produces<ActivityResponse>().Produces<Problem>(400, Problems.Media).Produces<Problem>(401, Problems.Media).Produces<Problem>(403, Problems.Media).Produces<Problem>(503, Problems.Media);

    // What is told of a document outlives it, and begins before it can be loaded: so only where nothing is told, it is asked whether the document exists.
    private static async Task<IResult> DocumentAsync(string id, ClusterCalls cluster, [FromQuery] long? before = null, [FromQuery] int limit = PageEvents)
    {
        if (before < 1 || limit < 1)
            return Problems.Of(new Refusal(RefusalReason.Malformed, $"before is {before} and limit is {limit}; they begin at 1."));
        var page = await cluster.Activity.ReadDocument(new DocumentId(id), before, limit);
        if (page is { Refusal: null, Events.IsEmpty: true } && before is null && await cluster.Document(new DocumentId(id)).Describe() is null)
            return Problems.Of(DocumentAccess.NotFound(new DocumentId(id)));
        // A full page may be the last one; the next is empty then.
        return Answer(page, page.Events.Length == Math.Min(limit, IActivityFeedGrain.PageLimit) ? page.Events[^1].Position : null);
    }

    private static async Task<IResult> AllAsync(ClusterCalls cluster, [FromQuery] long after = 0, [FromQuery] int limit = PageEvents)
    {
        if (after < 0 || limit < 1)
            return Problems.Of(new Refusal(RefusalReason.Malformed, $"after is {after} and limit is {limit}; they begin at 0 and 1."));
        var page = await cluster.Activity.ReadAfter(after, limit);
        return Answer(page, page.Events.IsEmpty ? after : page.Events[^1].Position);
    }

    private static async ValueTask<object?> OperatorsAloneAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        await context.HttpContext.RequestServices.GetRequiredService<IOperators>().RefuseAsync(context.HttpContext) switch
        {
            null => await next(context),
            StatusCodes.Status401Unauthorized => Problems.Of(Identification.Missing),
            _ => Problems.Of(new Refusal(RefusalReason.Forbidden, $"What happens to all documents is for operators: an API key with {nameof(ApiKeyOptions.IsOperator)}, for example.")),
        };

    private static IResult Answer(ActivityPage page, long? next) => page.Refusal is { } refusal
        ? Problems.Of(refusal)
        : Results.Json(new ActivityResponse(page.Events, page.Head, next), ApiJson.Default.ActivityResponse);
}

/// <summary>Some of what happened.</summary>
/// <param name="Head">The newest position of all documents' activity: how far there is to go.</param>
/// <param name="Next">One document: goes into <c>before</c>, absent at the end. All documents: goes into <c>after</c>, always there.</param>
internal sealed record ActivityResponse([property: JsonConverter(typeof(ActivityEventsJson))] ImmutableArray<ActivityEvent> Events, long Head, long? Next);

/// <summary>Events in the one form that they have everywhere.</summary>
internal sealed class ActivityEventsJson : JsonConverter<ImmutableArray<ActivityEvent>>
{
    public override ImmutableArray<ActivityEvent> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("Nobody sends events.");

    public override void Write(Utf8JsonWriter writer, ImmutableArray<ActivityEvent> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var happened in value)
            ActivityJson.Write(writer, happened);
        writer.WriteEndArray();
    }
}
