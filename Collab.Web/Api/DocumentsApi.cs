using System.Security.Cryptography;
using System.Text.Json;
using Collab.Contracts;
using Collab.Contracts.Access;
using Collab.Contracts.Documents;
using Collab.Contracts.Refusals;
using Collab.Web.Cluster;
using Collab.Web.Security;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace Collab.Web.Api;

/// <summary>The REST table of <c>docs/protocol.md</c>: documents, who is in them, what they ran into.</summary>
internal static class DocumentsApi
{
    private const int ListLimit = 100;

    public static void Map(RouteGroupBuilder documents)
    {
        documents.MapPost("", CreateAsync).AsksFor(Role.Owner)
            .WithName("createDocument").WithSummary("Creates a document, or finds the one that was created so before")
            .Accepts<CreateRequest>("application/json")
            .Produces<DocumentResponse>(StatusCodes.Status201Created).Produces<DocumentResponse>().Produces<Problem>(400, Problems.Media).Produces<Problem>(409, Problems.Media);
        documents.MapGet("", ListAsync).AsksFor(Role.Viewer)
            .WithName("listDocuments").WithSummary("Documents, newest change first")
            .Produces<DocumentsResponse>().Produces<Problem>(400, Problems.Media);
        documents.MapGet("{id}", DescribeAsync).Takes(Role.Viewer)
            .WithName("getDocument").WithSummary("A document without its content")
            .Produces<DocumentResponse>().Produces<Problem>(404, Problems.Media);
        documents.MapGet("{id}/conflicts", ConflictsAsync).Takes(Role.Viewer)
            .WithName("listConflicts").WithSummary("The conflicts that the document remembers, newest first")
            .Produces<ConflictsResponse>().Produces<Problem>(404, Problems.Media);
        SessionsApi.Map(documents);
        ContentApi.Map(documents);
        PermissionsApi.Map(documents);
        ActivityApi.MapDocument(documents);
    }

    /// <summary>The refusal of an id that can't be one, or null.</summary>
    public static Refusal? Check(string id) => DocumentId.IsValid(id)
        ? null
        : new Refusal(RefusalReason.Malformed, $"A document's id has 1 to {DocumentId.LengthLimit} characters of A-Z a-z 0-9 . _ ~ -");

    private static async Task<IResult> CreateAsync(HttpRequest request, DocumentAccess access, ClusterCalls cluster, IOptions<CollabOptions> options)
    {
        int limit = options.Value.Limits.MessageBytes;
        if (await RequestBody.ReadAsync(request, limit) is not { } body)
            return Problems.Of(RequestBody.TooLarge(limit));
        if (Parse(body, out var id, out var document) is { } refusal)
            return Problems.Of(refusal);
        // Before anybody looks whether there is such a document: whoever may not make it learns nothing about it.
        if (DocumentAccess.Judge(await access.GetRoleAsync(request.HttpContext.GetCaller(), new DocumentId(id)), Role.Owner, new DocumentId(id)) is not null)
            return Problems.Of(new Refusal(RefusalReason.Forbidden, $"To create document {id} takes the role {Role.Owner.Word()} for its id."));
        var creation = await cluster.Document(new DocumentId(id)).Create(document);
        if (creation.Refusal is { } refused)
            return Problems.Of(refused);
        var response = DocumentResponse.Of(creation.Document!);
        if (!creation.IsNew)
            return Results.Json(response, ApiJson.Default.DocumentResponse);
        request.HttpContext.Response.Headers.Location = $"/api/documents/{id}";
        return Results.Json(response, ApiJson.Default.DocumentResponse, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> ListAsync(HttpContext http, DocumentAccess access, ClusterCalls cluster, [FromQuery] string? after = null, [FromQuery] int limit = ListLimit)
    {
        var page = await cluster.Catalog.List(after, limit);
        if (page.Refusal is { } refusal)
            return Problems.Of(refusal);
        var roles = await access.GetRolesAsync(http.GetCaller(), [.. page.Documents.Select(document => document.Id)]);
        var visible = page.Documents.Zip(roles).Where(pair => DocumentAccess.Judge(pair.Second, Role.Viewer, pair.First.Id) is null).Select(pair => DocumentResponse.Of(pair.First));
        return Results.Json(new DocumentsResponse(visible, page.Next), ApiJson.Default.DocumentsResponse);
    }

    private static async Task<IResult> DescribeAsync(string id, ClusterCalls cluster)
    {
        if (await cluster.Document(new DocumentId(id)).Describe() is not { } document)
            return NotFound(id);
        var present = await cluster.Document(new DocumentId(id)).ListSessions(null, 1);
        return Results.Json(DocumentResponse.Of(document, present.Total), ApiJson.Default.DocumentResponse);
    }

    private static async Task<IResult> ConflictsAsync(string id, ClusterCalls cluster)
    {
        var document = cluster.Document(new DocumentId(id));
        if (await document.Describe() is null)
            return NotFound(id);
        return Results.Json(new ConflictsResponse((await document.RecentConflicts()).Select(ConflictResponse.Of)), ApiJson.Default.ConflictsResponse);
    }

    private static IResult NotFound(string id) => Problems.Of(DocumentAccess.NotFound(new DocumentId(id)));

    internal static Refusal? Parse(byte[] body, out string id, out NewDocument document)
    {
        id = "";
        document = new NewDocument("", ConflictPolicy.Merge, "");
        CreateRequest? request;
        try
        {
            request = JsonSerializer.Deserialize(body, ApiJson.Default.CreateRequest);
        }
        catch (JsonException failure)
        {
            return new Refusal(RefusalReason.Malformed, $"The body is not {{id?, kind, policy?, title?}}: see byte {failure.BytePositionInLine}.");
        }

        id = request?.Id ?? RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 12);
        if (request?.Kind is null)
            return new Refusal(RefusalReason.Malformed, "Member 'kind' is missing.");
        if (request.Policy is not (null or "merge" or "strict"))
            return new Refusal(RefusalReason.Malformed, "Member 'policy' is neither merge nor strict.");
        document = new NewDocument(request.Kind, request.Policy == "strict" ? ConflictPolicy.Strict : ConflictPolicy.Merge, request.Title ?? "");
        return Check(id);
    }
}
