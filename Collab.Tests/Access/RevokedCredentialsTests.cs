using System.Security.Claims;
using Collab.Contracts.Access;
using Collab.Web.Security;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Collab.Tests.Access;

/// <summary>What a host knows of revoked credentials.</summary>
public sealed class RevokedCredentialsTests
{
    private readonly HandClock _clock = new();
    private readonly RevokedCredentials _revoked;

    public RevokedCredentialsTests() => _revoked = new RevokedCredentials(Keys(), _clock);

    [Fact]
    public void A_token_is_revoked_by_its_id_until_that_is_over()
    {
        var now = _clock.GetUtcNow();
        _revoked.Add([new Revocation("t1", null, now, now.AddMinutes(10))]);
        Assert.True(_revoked.IsRevoked(Of("ann", "t1", now)));
        Assert.False(_revoked.IsRevoked(Of("ann", "t2", now)));
        Assert.False(_revoked.IsRevoked(Of("t1", null, now)));
        _clock.Advance(TimeSpan.FromMinutes(10));
        Assert.False(_revoked.IsRevoked(Of("ann", "t1", now)));
    }

    [Fact]
    public void A_subjects_are_revoked_that_were_issued_before_or_do_not_say_when()
    {
        var now = _clock.GetUtcNow();
        _revoked.Add([new Revocation(null, "ann", now, now.AddMinutes(10))]);
        Assert.True(_revoked.IsRevoked(Of("ann", "t1", now.AddSeconds(-1))));
        Assert.True(_revoked.IsRevoked(Of("ann", null, null)));
        Assert.False(_revoked.IsRevoked(Of("ann", "t1", now)));
        Assert.False(_revoked.IsRevoked(Of("bob", "t1", now.AddSeconds(-1))));
        Assert.False(_revoked.IsRevoked(Of(null, null, null)));
    }

    [Fact]
    public void Of_two_of_one_subject_both_hold_in_whatever_order_they_come()
    {
        var now = _clock.GetUtcNow();
        _revoked.Add([new Revocation(null, "ann", now.AddMinutes(1), now.AddMinutes(20))]);
        _revoked.Add([new Revocation(null, "ann", now, now.AddMinutes(10))]);
        Assert.True(_revoked.IsRevoked(Of("ann", null, now.AddSeconds(30))));
        _clock.Advance(TimeSpan.FromMinutes(15));
        Assert.True(_revoked.IsRevoked(Of("ann", null, now.AddSeconds(30))));
    }

    [Fact]
    public void Those_that_are_over_are_forgotten()
    {
        var now = _clock.GetUtcNow();
        _revoked.Add([.. Enumerable.Range(0, 100).Select(i => new Revocation($"t{i}", null, now, now.AddMinutes(i < 90 ? 1 : 60)))]);
        _clock.Advance(TimeSpan.FromMinutes(2));
        _revoked.Add([new Revocation("new", null, now, now.AddHours(1))]);
        Assert.Equal(11, _revoked.Count);
    }

    [Fact]
    public async Task What_several_learn_at_once_is_all_known()
    {
        var now = _clock.GetUtcNow();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(who => Task.Run(() =>
        {
            for (int i = 0; i < 500; i++)
                _revoked.Add([new Revocation($"{who}-{i}", null, now, now.AddHours(1))]);
        })));
        Assert.Equal(4_000, _revoked.Count);
    }

    // None are configured; that one which is taken away is revoked, too, AccessStartTests shows.
    private ApiKeys Keys() => new(new AccessSettings(new OptionsFactory<AccessOptions>([], []), [], NullLogger<AccessSettings>.Instance), _clock);

    private static Caller Of(string? subject, string? token, DateTimeOffset? issuedAt) => new(new ClaimsPrincipal(), subject, "", IsOperator: false, token, issuedAt);
}
