using System.Security.Claims;
using Collab.Contracts;
using Collab.Web.Api;
using Collab.Web.Messages;
using Collab.Web.Security;

namespace Collab.Tests.Access;

/// <summary>REST callers name their sessions themselves, and yet none can use up another's sequences.</summary>
public sealed class ApiSessionTests
{
    [Fact]
    public void An_anonymous_caller_s_is_what_it_says() => Assert.Equal("api-import", Of("api-import", null));

    [Fact]
    public void A_subject_s_is_its_own_however_often_it_is_named()
    {
        string ann = Of("api-import", "ann"), bob = Of("api-import", "bob");
        Assert.Matches("^api-[a-z2-7]{10}-import$", ann);
        Assert.NotEqual(ann, bob);
        Assert.Equal(ann, Of("api-import", "ann"));
        // As the answer had it.
        Assert.Equal(ann, Of(ann, "ann"));
    }

    [Fact]
    public void Nobody_gets_into_another_s_by_its_full_name()
    {
        string ann = Of("api-import", "ann");
        Assert.NotEqual(ann, Of(ann, "bob"));
        Assert.Throws<MalformedMessageException>(() => Of(ann, null));
    }

    [Fact]
    public void What_is_no_REST_session_or_too_long_is_refused_with_the_limit()
    {
        Assert.Throws<MalformedMessageException>(() => Of("0123456789abcdef01234567", "ann"));
        Assert.Equal(SessionId.LengthLimit, Of("api-" + new string('x', 49), "ann").Length);
        Assert.Contains("53 are the limit", Assert.Throws<MalformedMessageException>(() => Of("api-" + new string('x', 50), "ann")).Message, StringComparison.Ordinal);
    }

    private static string Of(string named, string? subject)
    {
        var identity = new ClaimsIdentity(subject is null ? [] : [new Claim(CollabClaims.Subject, subject)], "test");
        return ApiSession.Of(new SessionId(named), Caller.Of(new ClaimsPrincipal(identity))).Value;
    }
}
