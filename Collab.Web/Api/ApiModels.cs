using System.Text.Json;
using System.Text.Json.Serialization;
using Collab.Contracts.Access;
using Collab.Contracts.Documents;
using Collab.Contracts.Refusals;
using Collab.Contracts.Sessions;

namespace Collab.Web.Api;

// The API's JSON, see the REST table of docs/protocol.md. Contents and operations are not here: they are written as the bytes that the log has.

/// <summary>What a document is created with.</summary>
/// <param name="Id">1–128 characters of <c>A–Z a–z 0–9 . _ ~ -</c>; the server names it if absent.</param>
/// <param name="Kind"><c>text</c> or <c>richtext</c>.</param>
/// <param name="Policy"><c>merge</c> (default) or <c>strict</c>.</param>
/// <param name="Title">Up to 200 characters.</param>
internal sealed record CreateRequest(string? Id, string? Kind, string? Policy, string? Title);

/// <summary>A document without its content.</summary>
/// <param name="Revision">The newest durable revision.</param>
/// <param name="Start">The oldest revision that can be read from; above 0 when history was given up.</param>
/// <param name="Epoch">How many lives the document's authority has had.</param>
/// <param name="Sessions">How many sessions are in it now; absent in lists.</param>
internal sealed record DocumentResponse(
    string Id, string Kind, string Policy, string Title, long Revision, long Start, long Epoch, DateTimeOffset CreatedAt, DateTimeOffset ModifiedAt, int? Sessions)
{
    public static DocumentResponse Of(DocumentDescription document, int? sessions = null) => new(
        document.Id.Value, document.Kind, RefusalReasons.SnakeCase(document.Policy.ToString()), document.Title,
        document.Revision.Value, document.Start.Value, document.Epoch, document.CreatedAt, document.ModifiedAt, sessions);
}

/// <summary>Documents, newest change first.</summary>
/// <param name="Next">Goes into <c>after</c> for the next page; absent at the end.</param>
internal sealed record DocumentsResponse(IEnumerable<DocumentResponse> Documents, string? Next);

/// <summary>Where a submitted operation went.</summary>
/// <param name="Duplicate">The same (session, sequence) had been applied before.</param>
/// <param name="Session">The session that it was taken under, see <see cref="ApiSession"/>.</param>
internal sealed record SubmitResponse(long Revision, bool Duplicate, string Session);

/// <summary>What an operation ran into.</summary>
internal sealed record ConflictResponse(
    string Kind, string Resolution, long Revision, string Session, string Author, int Start, int Length,
    long OtherRevision, string OtherSession, string OtherAuthor, DateTimeOffset At)
{
    public static ConflictResponse Of(ConflictRecord conflict) => new(
        conflict.Kind, conflict.Resolution, conflict.Revision.Value, conflict.Session.Value, conflict.Author, conflict.Start, conflict.Length,
        conflict.OtherRevision.Value, conflict.OtherSession.Value, conflict.OtherAuthor, conflict.At);
}

/// <summary>Conflicts, newest first.</summary>
internal sealed record ConflictsResponse(IEnumerable<ConflictResponse> Conflicts);

/// <summary>A session that has the document open.</summary>
/// <param name="Subject">Who it is; absent for an anonymous caller's.</param>
/// <param name="Role">What it may do in the document.</param>
/// <param name="Connected">False while it waits for its connection to come back.</param>
/// <param name="Quality">What its client last measured; absent where it has not, and for those who are neither owner nor operator.</param>
internal sealed record SessionResponse(string Session, string Name, string? Subject, string? Role, DateTimeOffset Since, bool Connected, QualityResponse? Quality)
{
    public static SessionResponse Of(SessionDescription session, ConnectionSample? sample) => new(
        session.Session.Value, session.Name, session.Subject, session.Role?.Word(), session.Since, session.IsConnected, sample is null ? null : QualityResponse.Of(sample));
}

/// <summary>How well a connection serves a session. The members of the message <c>quality</c>, absent where nothing was measured.</summary>
/// <param name="At">When it was reported.</param>
internal sealed record QualityResponse(DateTimeOffset At, double? Rtt, double? Jitter, double? Propagation, double? Resent, double? UpdateRate, double? BytesRate)
{
    public static QualityResponse Of(ConnectionSample sample) => new(
        sample.At, sample.RoundTrip?.TotalMilliseconds, sample.Jitter?.TotalMilliseconds, sample.Propagation?.TotalMilliseconds, sample.ResentRatio, sample.UpdatesPerSecond, sample.BytesPerSecond);
}

/// <summary>Sessions, by their names.</summary>
/// <param name="Total">All that the document has.</param>
/// <param name="Next">Goes into <c>after</c> for the next page; absent at the end.</param>
internal sealed record SessionsResponse(IEnumerable<SessionResponse> Sessions, int Total, string? Next);

/// <summary>Writes and reads the API's JSON without reflection; unknown members of a request are an error.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(CreateRequest))]
[JsonSerializable(typeof(DocumentResponse))]
[JsonSerializable(typeof(DocumentsResponse))]
[JsonSerializable(typeof(SubmitResponse))]
[JsonSerializable(typeof(ConflictsResponse))]
[JsonSerializable(typeof(SessionsResponse))]
[JsonSerializable(typeof(ActivityResponse))]
[JsonSerializable(typeof(TokenRequest))]
[JsonSerializable(typeof(RevokeRequest))]
[JsonSerializable(typeof(TokenResponse))]
[JsonSerializable(typeof(PermissionRequest))]
[JsonSerializable(typeof(PermissionResponse))]
[JsonSerializable(typeof(PermissionsResponse))]
[JsonSerializable(typeof(Problem))]
internal sealed partial class ApiJson : JsonSerializerContext;
