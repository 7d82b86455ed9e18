using Collab.Client.Access;
using Collab.Client.Documents;

namespace Collab.Tests.Client;

/// <summary>The token of a connection: when it is asked for, sent, and waited for. It never loops.</summary>
public sealed class AuthenticationTests
{
    private static readonly DateTimeOffset Started = DateTimeOffset.UnixEpoch;
    private static readonly Refusal No = new("unauthenticated", RefusalAction.Authenticate, "No.");
    private static readonly Refusal Ended = new("token_expired", RefusalAction.Authenticate, "Over.");

    [Fact]
    public void Without_a_source_nothing_is_sent()
    {
        var authentication = new Authentication(hasSource: false, Started, new Random(1));
        authentication.Wanted(Seconds(0));
        authentication.Opened(Seconds(0));
        Assert.Equal("Connect", Told(authentication));
    }

    [Fact]
    public void A_token_is_refreshed_at_four_fifths_of_its_lifetime_on_the_same_connection()
    {
        var authentication = SignedIn(100);
        Pass(authentication, 79.9, "");
        Pass(authentication, 80, "Ask");
        authentication.Obtained("b", Seconds(80.1));
        Assert.Equal("Send b", Told(authentication));
        authentication.Authenticated(new Identity("ann", null, Started.AddSeconds(180.1)), Seconds(80.1));
        Told(authentication);
        Pass(authentication, 160, "");
        Pass(authentication, 160.1, "Ask");
    }

    [Fact]
    public void The_end_of_a_token_is_on_the_servers_clock()
    {
        var authentication = SignedIn(1000);
        authentication.Measured(1000, 901_050, Seconds(1.1));
        Pass(authentication, 79.9, "");
        Pass(authentication, 80, "Ask");
    }

    [Fact]
    public void A_refresh_that_fails_is_tried_again_ever_later_and_nobody_is_signed_out_while_the_token_is_good()
    {
        var authentication = SignedIn(100);
        int asked = Run(authentication, from: 0, to: 99.9, now => authentication.Failed("The back end is away.", now));
        Assert.InRange(asked, 2, 8);
        Assert.Null(authentication.SignedOut);
        Run(authentication, from: 100, to: 140, now => authentication.Failed("The back end is away.", now));
        Assert.NotNull(authentication.SignedOut);
        Assert.Null(authentication.SignedOut.Reason);
    }

    [Fact]
    public void A_source_that_gives_the_same_token_again_is_not_asked_in_a_loop()
    {
        var authentication = SignedIn(100);
        Assert.InRange(Run(authentication, from: 0, to: 100, now => authentication.Obtained("a", now)), 2, 8);
    }

    [Fact]
    public void A_token_that_ended_is_replaced_at_once_and_nothing_is_said_about_it()
    {
        var authentication = SignedIn(100);
        authentication.Refused(Ended, isAnswer: false, Seconds(50));
        Pass(authentication, 50, "Ask");
        // What the documents are told meanwhile is about the old one.
        authentication.Refused(Ended, isAnswer: false, Seconds(50.01));
        authentication.Obtained("b", Seconds(50.1));
        Assert.Equal("Send b", Told(authentication));
        authentication.Refused(Ended, isAnswer: false, Seconds(50.11));
        authentication.Authenticated(new Identity("ann", null, null), Seconds(50.12));
        Assert.Equal("Authenticated", Told(authentication));
    }

    [Fact]
    public void Tokens_that_the_server_never_takes_are_asked_for_ever_later_and_the_person_is_told()
    {
        var authentication = SignedIn(null);
        authentication.Refused(Ended, isAnswer: false, Seconds(50));
        int asked = 0;
        Run(authentication, from: 50, to: 650, now =>
        {
            authentication.Obtained($"token {asked++}", now);
            authentication.Refused(No, isAnswer: true, now);
        });
        Assert.InRange(asked, 8, 22);
        Assert.Equal("unauthenticated", authentication.SignedOut!.Reason);
    }

    [Fact]
    public void A_token_that_ends_as_soon_as_it_is_taken_does_not_make_the_waits_short()
    {
        var authentication = SignedIn(null);
        authentication.Refused(Ended, isAnswer: false, Seconds(0));
        int asked = 0;
        Run(authentication, from: 0, to: 600, now =>
        {
            authentication.Obtained($"token {asked++}", now);
            authentication.Authenticated(new Identity("ann", null, null), now);
            authentication.Refused(Ended, isAnswer: false, now + TimeSpan.FromMilliseconds(1));
        });
        Assert.InRange(asked, 8, 22);
    }

    [Fact]
    public void A_refused_token_is_not_sent_again()
    {
        var authentication = SignedIn(null);
        authentication.Refused(No, isAnswer: true, Seconds(10));
        Pass(authentication, 10, "Ask");
        authentication.Obtained("a", Seconds(10));
        Assert.Equal("NobodyKnown", Told(authentication));
        authentication.Renew();
        Assert.Equal("Ask", Told(authentication));
        authentication.Obtained("b", Seconds(11));
        Assert.Equal("Send b", Told(authentication));
    }

    [Fact]
    public void A_token_that_expired_while_there_was_no_connection_is_replaced_before_there_is_one()
    {
        var authentication = SignedIn(100);
        authentication.Lost();
        authentication.Wanted(Seconds(20));
        Assert.Equal("Connect", Told(authentication));
        authentication.Wanted(Seconds(120));
        Assert.Equal("Ask", Told(authentication));
        authentication.Failed("Offline.", Seconds(120.1));
        Assert.Equal("NobodyKnown", Told(authentication));
        authentication.Wanted(Seconds(120.2));
        Assert.Equal("", Told(authentication));
        authentication.Renew();
        authentication.Obtained("b", Seconds(121));
        Assert.Equal("Ask Connect", Told(authentication));
    }

    [Fact]
    public void An_authenticate_refused_for_now_is_sent_again_and_one_not_answered_ends_the_connection()
    {
        var authentication = SignedIn(100);
        Pass(authentication, 80, "Ask");
        authentication.Obtained("b", Seconds(80));
        Told(authentication);
        authentication.Refused(new Refusal("rate_limited", RefusalAction.Retry, "", TimeSpan.FromMilliseconds(700)), isAnswer: true, Seconds(80.01));
        Pass(authentication, 80.7, "");
        Pass(authentication, 80.8, "Send b");
        Pass(authentication, 95.8, "Reconnect");
    }

    [Fact]
    public void A_server_from_before_there_were_tokens_is_left_alone()
    {
        var authentication = new Authentication(hasSource: true, Started, new Random(1));
        authentication.Wanted(Seconds(0));
        authentication.Obtained("a", Seconds(0));
        authentication.Opened(Seconds(0));
        Told(authentication);
        authentication.Refused(new Refusal("malformed", RefusalAction.GiveUp, "No such target."), isAnswer: true, Seconds(1));
        Pass(authentication, 600, "");
    }

    /// <summary>Connected at 0 with token <c>a</c>.</summary>
    private static Authentication SignedIn(double? expiresAt)
    {
        var authentication = new Authentication(hasSource: true, Started, new Random(1));
        authentication.Wanted(Seconds(0));
        Assert.Equal("Ask", Told(authentication));
        authentication.Obtained("a", Seconds(0));
        Assert.Equal("Connect", Told(authentication));
        authentication.Opened(Seconds(0));
        Assert.Equal("Send a", Told(authentication));
        authentication.Authenticated(new Identity("ann", null, expiresAt is { } end ? Started.AddSeconds(end) : null), Seconds(0));
        Assert.Equal("Authenticated", Told(authentication));
        return authentication;
    }

    /// <summary>Lets time pass, a tenth of a second at a time, and answers each question. Returns how many there were.</summary>
    private static int Run(Authentication authentication, double from, double to, Action<TimeSpan> answer)
    {
        int asked = 0;
        for (double second = from; second < to; second += 0.1)
        {
            authentication.TimePassed(Seconds(second));
            while (authentication.TryTake(out var effect))
            {
                if (effect is not AuthenticationEffect.Ask)
                    continue;
                asked++;
                answer(Seconds(second));
            }
        }

        return asked;
    }

    private static void Pass(Authentication authentication, double second, string told)
    {
        authentication.TimePassed(Seconds(second));
        Assert.Equal(told, Told(authentication));
    }

    private static string Told(Authentication authentication)
    {
        var told = new List<string>();
        while (authentication.TryTake(out var effect))
            told.Add(effect is AuthenticationEffect.Send send ? $"Send {send.Token}" : effect.GetType().Name);
        return string.Join(' ', told);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
