using System.Text.Json;
using Collab.Contracts;
using Collab.Contracts.Access;
using Collab.Contracts.Refusals;
using Collab.Web.Cluster;
using Collab.Web.Security;

namespace Collab.Web.Api;

/// <summary>What a document says of who may do what in it, before what their credentials say; for its owners.</summary>
internal static class PermissionsApi
{
    // A body is one short member.
    private const int BodyBytesLimit = 4 << 10;

    public static void Map(RouteGroupBuilder documents)
    {
        documents.MapGet("{id}/permissions", ListAsync).Takes(Role.Owner)
            .WithName("listPermissions").WithSummary("What the document says of subjects, each with its role there")
            .Produces<PermissionsResponse>().Produces<Problem>(403, Problems.Media).Produces<Problem>(404, Problems.Media);
        documents.MapGet("{id}/permissions/{**subject}", FindAsync).Takes(Role.Owner)
            .WithName("getPermission").WithSummary("What the document says of one subject; no role if it says nothing, and the subject's credential decides")
            .Produces<PermissionResponse>().Produces<Problem>(403, Problems.Media).Produces<Problem>(404, Problems.Media);
        documents.MapPut("{id}/permissions/{**subject}", SetAsync).Takes(Role.Owner)
            .WithName("setPermission").WithSummary("Gives a subject a {role} in the document, or none: on every host, and on open connections, within a second of the answer")
            .Accepts<PermissionRequest>("application/json")
            .Produces<PermissionResponse>().Produces<Problem>(400, Problems.Media).Produces<Problem>(403, Problems.Media).Produces<Problem>(404, Problems.Media).Produces<Problem>(409, Problems.Media);
        documents.MapDelete("{id}/permissions/{**subject}", RemoveAsync).Takes(Role.Owner)
            .WithName("removePermission").WithSummary("Has the document say nothing of a subject any more")
            .Produces(204).Produces<Problem>(403, Problems.Media).Produces<Problem>(404, Problems.Media);
    }

    private static async Task<IResult> ListAsync(string id, ClusterCalls cluster)
    {
        if (await MissingAsync(id, cluster) is { } missing)
            return missing;
        var list = await cluster.Access(new DocumentId(id)).List();
        return list.Refusal is { } refusal
            ? Problems.Of(refusal)
            : Results.Json(new PermissionsResponse(list.Grants.Select(grant => new PermissionResponse(grant.Subject, grant.Role.Word()))), ApiJson.Default.PermissionsResponse);
    }

    private static async Task<IResult> FindAsync(string id, string subject, ClusterCalls cluster)
    {
        if (await MissingAsync(id, cluster) is { } missing)
            return missing;
        subject = Unescape(subject);
        var answer = await cluster.Access(new DocumentId(id)).Find(subject);
        return answer.Refusal is { } refusal ? Problems.Of(refusal) : Results.Json(new PermissionResponse(subject, answer.Role?.Word()), ApiJson.Default.PermissionResponse);
    }

    private static async Task<IResult> SetAsync(string id, string subject, HttpRequest request, ClusterCalls cluster, LocalAccess local)
    {
        if (await RequestBody.ReadAsync(request, BodyBytesLimit) is not { } body)
            return Problems.Of(new Refusal(RefusalReason.MessageTooLarge, $"The body has more than {BodyBytesLimit} bytes, the limit."));
        if (Parse(body) is not { } role)
            return Problems.Of(new Refusal(RefusalReason.Malformed, "The body is not {role}, with none, viewer, commenter, editor or owner."));
        if (await MissingAsync(id, cluster) is { } missing)
            return missing;
        subject = Unescape(subject);
        var answer = await cluster.Access(new DocumentId(id)).Set(new Grant(subject, role));
        if (answer.Refusal is { } refusal)
            return Problems.Of(refusal);
        // Here it holds with the answer already.
        local.Apply([new AccessChange(new DocumentId(id), subject)]);
        return Results.Json(new PermissionResponse(subject, role.Word()), ApiJson.Default.PermissionResponse);
    }

    private static async Task<IResult> RemoveAsync(string id, string subject, ClusterCalls cluster, LocalAccess local)
    {
        if (await MissingAsync(id, cluster) is { } missing)
            return missing;
        subject = Unescape(subject);
        var answer = await cluster.Access(new DocumentId(id)).Remove(subject);
        if (answer.Refusal is { } refusal)
            return Problems.Of(refusal);
        local.Apply([new AccessChange(new DocumentId(id), subject)]);
        return Results.NoContent();
    }

    // Who may own what isn't there yet must not fill the store with it.
    private static async Task<IResult?> MissingAsync(string id, ClusterCalls cluster) =>
        await cluster.Document(new DocumentId(id)).Describe() is null ? Problems.Of(DocumentAccess.NotFound(new DocumentId(id))) : null;

    // All of a path comes decoded but its slashes.
    private static string Unescape(string subject) => subject.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    private static Role? Parse(byte[] body)
    {
        try
        {
            return Roles.Parse(JsonSerializer.Deserialize(body, ApiJson.Default.PermissionRequest)?.Role);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>What a subject may do in a document.</summary>
/// <param name="Role"><c>none</c>, <c>viewer</c>, <c>commenter</c>, <c>editor</c> or <c>owner</c>.</param>
internal sealed record PermissionRequest(string? Role);

/// <summary>What a document says of a subject.</summary>
/// <param name="Role">Absent if it says nothing.</param>
internal sealed record PermissionResponse(string Subject, string? Role);

/// <summary>What a document says of all subjects, by subject.</summary>
internal sealed record PermissionsResponse(IEnumerable<PermissionResponse> Permissions);
