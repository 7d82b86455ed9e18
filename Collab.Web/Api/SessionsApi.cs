using Collab.Contracts;
using Collab.Contracts.Access;
using Collab.Contracts.Refusals;
using Collab.Contracts.Sessions;
using Collab.Web.Cluster;
using Collab.Web.Security;
using Microsoft.AspNetCore.Mvc;

namespace Collab.Web.Api;

/// <summary>Who has a document open, and how to end that.</summary>
/// <remarks>
/// The document's authority says which sessions there are, for it gave each its lease, and each session says of itself what it is. Presence would not do: it is about what people show, names no crowd, and forgets who is waiting
/// for a connection.
/// </remarks>
internal static class SessionsApi
{
    private const int PageSessions = 100;

    private const int PageLimit = 1_000;

    // They are answered from memory; more at once would only queue up in front of what people wait for.
    private const int AskedAtOnce = 32;

    public static void Map(RouteGroupBuilder documents)
    {
        documents.MapGet("{id}/sessions", ListAsync).Takes(Role.Viewer)
            .WithName("listSessions").WithSummary("The sessions that have the document open, on whichever host")
            .Produces<SessionsResponse>().Produces<Problem>(400, Problems.Media).Produces<Problem>(404, Problems.Media);
        documents.MapDelete("{id}/sessions/{session}", KickAsync).Takes(Role.Owner)
            .WithName("closeSession").WithSummary("Ends a session; its client is told that it was kicked")
            .Produces(StatusCodes.Status204NoContent).Produces<Problem>(403, Problems.Media).Produces<Problem>(404, Problems.Media);
    }

    private static async Task<IResult> ListAsync(string id, HttpContext http, ClusterCalls cluster, [FromQuery] string? after = null, [FromQuery] int limit = PageSessions)
    {
        if (limit < 1 || (after is not null && !SessionId.IsValid(after)))
            return Problems.Of(new Refusal(RefusalReason.Malformed, $"limit is {limit} and begins at 1; after is a session's name."));
        var document = cluster.Document(new DocumentId(id));
        if (await document.Describe() is null)
            return Problems.Of(DocumentAccess.NotFound(new DocumentId(id)));
        var page = await document.ListSessions(after is null ? null : new SessionId(after), Math.Min(limit, PageLimit));
        bool showsQuality = http.GrantedRole() == Role.Owner || http.GetCaller().IsOperator;
        var sessions = new List<SessionResponse>(page.Sessions.Length);
        foreach (var some in page.Sessions.Chunk(AskedAtOnce))
        {
            var described = await Task.WhenAll(some.Select(session => DescribeAsync(session, id, showsQuality, cluster)));
            sessions.AddRange(described.OfType<SessionResponse>());
        }

        return Results.Json(
            new SessionsResponse(sessions, page.Total, page.HasMore ? page.Sessions[^1].Value : null), ApiJson.Default.SessionsResponse);
    }

    /// <summary>Null for a session that is not there any more, or has to be made known anew by its host first.</summary>
    private static async Task<SessionResponse?> DescribeAsync(SessionId session, string document, bool showsQuality, ClusterCalls cluster)
    {
        if (await cluster.Session(session).Describe() is not { } described || described.Document.Value != document)
            return null;
        return SessionResponse.Of(described, showsQuality ? await cluster.Session(session).Sample() : null);
    }

    private static async Task<IResult> KickAsync(string id, string session, ClusterCalls cluster)
    {
        if (!SessionId.IsValid(session) || await cluster.Session(new SessionId(session)).Describe() is not { } open || open.Document.Value != id)
            return Problems.Of(new Refusal(RefusalReason.NotJoined, $"There is no session {session} in document {id}."));
        await cluster.Session(open.Session).Close(SessionCloseReason.Kicked);
        return Results.NoContent();
    }
}
