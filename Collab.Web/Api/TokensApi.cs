using Collab.Contracts.Access;
using Collab.Contracts.Refusals;
using Collab.Contracts.Sessions;
using Collab.Web.Messages;
using Collab.Web.Security;

namespace Collab.Web.Api;

/// <summary>Access tokens for people, by back ends that hold an API key; and what makes them void before they expire.</summary>
internal static partial class TokensApi
{
    // A request has five short members.
    private const int BodyBytesLimit = 16 << 10;

    public static void Map(RouteGroupBuilder tokens)
    {
        tokens.MapPost("", IssueAsync)
            .WithName("createToken").WithSummary("Gives out an access token for a person, within what the API key itself may; {lifetime} in seconds")
            .Accepts<TokenRequest>("application/json")
            .Produces<TokenResponse>(StatusCodes.Status201Created).Produces<Problem>(400, Problems.Media).Produces<Problem>(401, Problems.Media).Produces<Problem>(403, Problems.Media);
        tokens.MapPost("/revoke", RevokeAsync)
            .WithName("revokeTokens").WithSummary("Makes one token void, by {id}, or all that a {subject} has by now; also on connections that are open")
            .Accepts<RevokeRequest>("application/json")
            .Produces(StatusCodes.Status204NoContent).Produces<Problem>(400, Problems.Media).Produces<Problem>(401, Problems.Media).Produces<Problem>(403, Problems.Media).Produces<Problem>(503, Problems.Media);
    }

    private static async Task<IResult> IssueAsync(HttpContext http, AccessTokens tokens, AccessSettings settings, TimeProvider time, ILogger<AccessToken> logger)
    {
        if (NeedsKey(http.GetCaller(), out var key) is { } noKey)
            return Problems.Of(noKey);
        if (await RequestBody.ReadAsync(http.Request, BodyBytesLimit) is not { } body)
            return Problems.Of(TooLarge);
        TokenRequest request;
        try
        {
            request = TokenRequest.Read(body, settings.Current.TokenLifetimeLimit);
        }
        catch (MalformedMessageException failure)
        {
            return Problems.Of(new Refusal(RefusalReason.Malformed, failure.Message));
        }

        var role = Roles.Parse(request.Role)!.Value;
        if (Exceeds(key, request.Documents, role) is { } refusal)
            return Problems.Of(refusal);
        // Tokens know whole seconds: rounded down, so that none outlives what was asked for.
        var now = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        var lifetime = request.Lifetime is { } seconds ? TimeSpan.FromSeconds(seconds) : settings.Current.TokenLifetime;
        var token = new AccessToken(request.Subject, request.Name ?? "", request.Documents, role, AccessTokens.NewId(), now, now + lifetime);
        LogIssued(logger, key.Subject!, token.Id, token.Subject, token.Role, token.Documents, token.ExpiresAt);
        return Results.Json(new TokenResponse(tokens.Seal(token), token.Id, token.ExpiresAt), ApiJson.Default.TokenResponse, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> RevokeAsync(HttpContext http, ILogger<AccessToken> logger)
    {
        if (NeedsKey(http.GetCaller(), out var key) is { } noKey)
            return Problems.Of(noKey);
        if (await RequestBody.ReadAsync(http.Request, BodyBytesLimit) is not { } body)
            return Problems.Of(TooLarge);
        RevokeRequest request;
        try
        {
            request = RevokeRequest.Read(body);
        }
        catch (MalformedMessageException failure)
        {
            return Problems.Of(new Refusal(RefusalReason.Malformed, failure.Message));
        }

        // Whose tokens they are, and of which documents, is not looked up: who may end them all must be somebody who could have made them all.
        if (request.Subject is not null && !new DocumentPattern(key.Documents()).Covers(new DocumentPattern("*")))
            return Problems.Of(new Refusal(RefusalReason.Forbidden, $"The key is for the documents {key.Documents()}; to revoke all tokens of a subject takes one for *."));
        if (await http.RequestServices.GetRequiredService<IRevocations>().RevokeAsync(request.Id, request.Subject) is { } refusal)
            return Problems.Of(refusal);
        LogRevoked(logger, key.Subject!, request.Id ?? "all", request.Subject);
        return Results.NoContent();
    }

    private static Refusal TooLarge { get; } = new(RefusalReason.MessageTooLarge, $"The body has more than {BodyBytesLimit} bytes, the limit.");

    private static Refusal? NeedsKey(Caller caller, out Caller key)
    {
        key = caller;
        return caller.Principal.Identity?.AuthenticationType == CollabSchemes.ApiKey
            ? null
            : new Refusal(caller.Subject is null ? RefusalReason.Unauthenticated : RefusalReason.Forbidden, $"This takes an API key ({CollabSchemes.ApiKeyHeader}).");
    }

    private static Refusal? Exceeds(Caller key, string documents, Role role)
    {
        if (!new DocumentPattern(key.Documents()).Covers(new DocumentPattern(documents)))
            return new Refusal(RefusalReason.Forbidden, $"The key is for the documents {key.Documents()}, which {documents} goes beyond.");
        return role > key.Role()
            ? new Refusal(RefusalReason.Forbidden, $"The key has the role {key.Role().Word()}; it gives out no token with the role {role.Word()}.")
            : null;
    }

    private static string Documents(this Caller key) => key.Principal.FindFirst(CollabClaims.Documents)!.Value;

    private static Role Role(this Caller key) => Roles.Parse(key.Principal.FindFirst(CollabClaims.Role)!.Value) ?? Contracts.Access.Role.None;

    [LoggerMessage(3311, LogLevel.Debug, "{Key} was given token {Id} for {Subject}: {Role} in {Documents} until {ExpiresAt}.")]
    private static partial void LogIssued(ILogger logger, string key, string id, string subject, Role role, string documents, DateTimeOffset expiresAt);

    [LoggerMessage(3312, LogLevel.Information, "{Key} revoked token {Id} of {Subject}.")]
    private static partial void LogRevoked(ILogger logger, string key, string id, string? subject);
}

/// <summary>What a token is asked for with.</summary>
/// <param name="Subject">Who it is for, as the caller's own system knows them: 1–200 characters, not beginning with <c>key:</c>.</param>
/// <param name="Name">What others see, up to 64 characters; the subject if absent.</param>
/// <param name="Documents">The documents that it is for, by id; <c>*</c> stands for any characters.</param>
/// <param name="Role"><c>viewer</c>, <c>commenter</c>, <c>editor</c> or <c>owner</c>.</param>
/// <param name="Lifetime">Seconds; <c>Collab:Access:TokenLifetime</c> if absent.</param>
internal sealed record TokenRequest(string Subject, string? Name, string Documents, string Role, long? Lifetime)
{
    private static readonly string[] Members = ["subject", "name", "documents", "role", "lifetime"];

    public static TokenRequest Read(byte[] body, TimeSpan lifetimeLimit)
    {
        var members = MemberReader.OfBody(body, Members);
        string subject = "", documents = "", role = "";
        string? name = null;
        long? lifetime = null;
        for (int member; (member = members.Next()) >= 0;)
        {
            switch (member)
            {
                case 0: subject = CheckSubject(members.String(member, AccessToken.SubjectLimit)); break;
                case 1: name = members.String(member, JoinRequest.NameLimit); break;
                case 2: documents = CheckDocuments(members.String(member, AccessOptionsRules.PatternLimit)); break;
                case 3: role = CheckRole(members.String(member, 16)); break;
                case 4: lifetime = members.Counter(member, 1, (long)lifetimeLimit.TotalSeconds); break;
            }
        }

        members.Require(0b1101);
        return new TokenRequest(subject, name, documents, role, lifetime);
    }

    private static string CheckSubject(string subject) => subject.Length > 0 && !subject.Any(char.IsControl) && !subject.StartsWith(ApiKeys.SubjectPrefix, StringComparison.Ordinal)
        ? subject
        : throw new MalformedMessageException($"Member 'subject' has to be 1–{AccessToken.SubjectLimit} characters, no control characters, and must not begin with {ApiKeys.SubjectPrefix}");

    private static string CheckDocuments(string documents) => AccessOptionsRules.IsPattern(documents)
        ? documents
        : throw new MalformedMessageException($"Member 'documents' is not 1–{AccessOptionsRules.PatternLimit} characters of A–Z a–z 0–9 . _ ~ - and *");

    private static string CheckRole(string word) => Roles.Parse(word) is { } role and not Contracts.Access.Role.None
        ? role.Word()
        : throw new MalformedMessageException("Member 'role' is neither viewer, commenter, editor nor owner.");
}

/// <summary>What tokens are revoked with: one of the two.</summary>
/// <param name="Id">The token's, as its answer had it.</param>
/// <param name="Subject">Whose tokens: all that were given out before.</param>
internal sealed record RevokeRequest(string? Id, string? Subject)
{
    private static readonly string[] Members = ["id", "subject"];

    public static RevokeRequest Read(byte[] body)
    {
        var members = MemberReader.OfBody(body, Members);
        string? id = null, subject = null;
        for (int member; (member = members.Next()) >= 0;)
        {
            if (member == 0)
                id = members.String(member, AccessToken.SubjectLimit);
            else
                subject = members.String(member, AccessToken.SubjectLimit);
        }

        return id is { Length: > 0 } ^ subject is { Length: > 0 } && (id is null || subject is null)
            ? new RevokeRequest(id, subject)
            : throw new MalformedMessageException("One of the members 'id' and 'subject' is needed, and not both.");
    }
}

/// <summary>An access token.</summary>
/// <param name="Token">For <c>Authorization: Bearer</c> and the message <c>authenticate</c>. Nobody can ask for it again.</param>
/// <param name="Id">By this it can be revoked.</param>
internal sealed record TokenResponse(string Token, string Id, DateTimeOffset ExpiresAt)
{
    // The framework may write what it answers into its trace.
    public override string ToString() => $"{nameof(TokenResponse)} {Id}";
}
