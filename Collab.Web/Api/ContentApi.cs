using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Collab.Contracts;
using Collab.Contracts.Access;
using Collab.Contracts.Documents;
using Collab.Contracts.Refusals;
using Collab.Web.Cluster;
using Collab.Web.Messages;
using Collab.Web.Security;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace Collab.Web.Api;

/// <summary>Content and operations over REST. What the log has as JSON is written as it is, never parsed on the way.</summary>
internal static class ContentApi
{
    // Two requests of one session at once end each other's lease; whoever lost takes a new one.
    private const int AdmissionsLimit = 5;

    private static readonly string[] SubmitMembers = ["session", "sequence", "base", "delta"];

    public static void Map(RouteGroupBuilder documents)
    {
        documents.MapGet("{id}/content", ContentAsync).Takes(Role.Viewer)
            .WithName("getContent").WithSummary("The content at the newest revision, or at an earlier one, with its content hash")
            .Produces(200, contentType: "application/json").Produces<Problem>(400, Problems.Media).Produces<Problem>(404, Problems.Media)
            .Produces<Problem>(409, Problems.Media).Produces<Problem>(410, Problems.Media).Produces<Problem>(429, Problems.Media);
        documents.MapGet("{id}/operations", OperationsAsync).Takes(Role.Viewer)
            .WithName("listOperations").WithSummary("Operations after a revision, as they are pushed")
            .Produces(200, contentType: "application/json").Produces<Problem>(404, Problems.Media).Produces<Problem>(409, Problems.Media).Produces<Problem>(410, Problems.Media);
        documents.MapPost("{id}/operations", SubmitAsync).Takes(Role.Commenter)
            .WithName("submitOperation").WithSummary("Submits {session, sequence, base, delta}; answered when it is durable, and harmless to repeat")
            .Produces<SubmitResponse>().Produces<Problem>(400, Problems.Media).Produces<Problem>(404, Problems.Media)
            .Produces<Problem>(409, Problems.Media).Produces<Problem>(410, Problems.Media);
    }

    private static async Task<IResult> ContentAsync(string id, ClusterCalls cluster, [FromQuery] long? revision = null)
    {
        if (revision < 0)
            return Problems.Of(new Refusal(RefusalReason.Malformed, $"revision is {revision}; revisions begin at 0."));
        var read = await cluster.Document(new DocumentId(id)).ReadContent(revision is { } at ? new Revision(at) : null);
        if (read.Refusal is { } refusal)
            return Problems.Of(refusal);
        var content = read.Content!;
        return new JsonParts(
            Text($"{{\"revision\":{content.Revision.Value},\"content\":"),
            content.Content,
            Text($",\"hash\":{read.Hash}}}"));
    }

    private static async Task<IResult> OperationsAsync(string id, ClusterCalls cluster, [FromQuery] long from = 0, [FromQuery] int limit = 100)
    {
        if (from < 0 || limit < 1)
            return Problems.Of(new Refusal(RefusalReason.Malformed, $"from is {from} and limit is {limit}; they begin at 0 and 1."));
        var read = await cluster.Document(new DocumentId(id)).ReadOperations(new Revision(from), limit);
        if (read.Refusal is { } refusal)
            return Problems.Of(refusal);
        var parts = new List<ReadOnlyMemory<byte>>(2 * read.Operations.Length + 2) { Text($"{{\"revision\":{from + 1},\"operations\":[") };
        foreach (var operation in read.Operations)
        {
            if (parts.Count > 1)
                parts.Add(","u8.ToArray());
            parts.Add(operation.Encoded);
        }

        parts.Add(Text($"],\"head\":{read.Head.Value}}}"));
        return new JsonParts([.. parts]);
    }

    private static async Task<IResult> SubmitAsync(string id, HttpRequest request, ClusterCalls cluster, IOptions<CollabOptions> options)
    {
        int limit = options.Value.Limits.MessageBytes;
        if (await RequestBody.ReadAsync(request, limit) is not { } body)
            return Problems.Of(RequestBody.TooLarge(limit));
        var caller = request.HttpContext.GetCaller();
        Submission submission;
        try
        {
            submission = Parse(body);
            submission = submission with { Session = ApiSession.Of(submission.Session, caller), Role = request.HttpContext.GrantedRole() };
        }
        catch (MalformedMessageException failure)
        {
            return Problems.Of(new Refusal(RefusalReason.Malformed, failure.Message));
        }

        var document = cluster.Document(new DocumentId(id));
        for (int attempt = 1; ; attempt++)
        {
            var admission = await document.Admit(submission.Session, caller.Name is { Length: > 0 } name ? name : submission.Session.Value);
            if (admission.Refusal is { } notAdmitted)
                return Problems.Of(notAdmitted);
            var outcome = await document.Submit(submission with { Lease = admission.Lease });
            // Nobody stays: sessions of requests would fill the document up, and keep it from being put away. The answer does not wait for it.
            _ = document.Dismiss(submission.Session, admission.Lease);
            if (outcome.Refusal is null)
                return Results.Json(new SubmitResponse(outcome.Revision.Value, outcome.IsDuplicate, submission.Session.Value), ApiJson.Default.SubmitResponse);
            if (outcome.Refusal.Reason != RefusalReason.NotAdmitted || attempt == AdmissionsLimit)
                return Problems.Of(outcome.Refusal);
        }
    }

    internal static Submission Parse(ReadOnlySpan<byte> body)
    {
        var members = MemberReader.OfBody(body, SubmitMembers);
        SessionId session = default;
        long sequence = 0;
        Revision @base = default;
        byte[] delta = [];
        for (int member; (member = members.Next()) >= 0;)
        {
            switch (member)
            {
                case 0: session = members.Session(member); break;
                case 1: sequence = members.Counter(member, 1); break;
                case 2: @base = members.Revision(member); break;
                case 3: delta = members.RawContainer(member).ToArray(); break;
            }
        }

        members.Require(0b1111);
        return new Submission(session, 0, sequence, @base, delta);
    }

    private static ReadOnlyMemory<byte> Text(FormattableString text) => Encoding.ASCII.GetBytes(text.ToString(CultureInfo.InvariantCulture));

    /// <summary>A JSON body made of parts that are JSON already.</summary>
    private sealed class JsonParts(params ImmutableArray<ReadOnlyMemory<byte>> parts) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.ContentType = "application/json; charset=utf-8";
            response.ContentLength = parts.Sum(part => (long)part.Length);
            foreach (var part in parts)
                await response.BodyWriter.WriteAsync(part, httpContext.RequestAborted);
        }
    }
}
