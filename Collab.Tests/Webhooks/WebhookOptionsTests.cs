using Collab.Grains.Webhooks;

namespace Collab.Tests.Webhooks;

public sealed class WebhookOptionsTests
{
    [Theory]
    [InlineData("https://hooks.example/x", null)]
    [InlineData("http://127.0.0.1:9/x", null)]
    [InlineData("http://localhost/x", null)]
    [InlineData("http://hooks.example/x?s=hidden", "Collab:Webhooks:billing:Url is without TLS and of another machine; it must be https, or AllowHttp has to be true.")]
    [InlineData("https://ann:hidden@hooks.example/x", "Collab:Webhooks:billing:Url has a user or a password; deliveries are authenticated by their signature.")]
    [InlineData("file:///etc/hidden", "Collab:Webhooks:billing:Url is no address; it must be like https://hooks.example/collab.")]
    [InlineData("", "Collab:Webhooks:billing:Url is empty; it must be like https://hooks.example/collab.")]
    public void An_address_is_https_or_the_machines_own(string url, string? refusal) => Assert.Equal(refusal, Refusal(options => options.Url = url));

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("a secret that is long enough", "can't be read")]
    [InlineData("whsec_c2hvcnQ=", "can't be read")]
    public void A_secret_is_long_random_and_never_shown(string secret, string what)
    {
        string refusal = Refusal(options => options.Secret = secret)!;
        Assert.StartsWith($"Collab:Webhooks:billing:Secret {what}; it must be whsec_ and 24–64 bytes in base64", refusal);
        Assert.True(secret.Length == 0 || !refusal.Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public void Names_kinds_and_patterns_are_those_that_there_are()
    {
        Assert.Contains("names 'keystroke'; the kinds are document_created, document_opened,", Refusal(options => options.Events.Add("keystroke")));
        Assert.Contains("Documents is 'a b'", Refusal(options => options.Documents = "a b"));
        Assert.Contains("Collab:Webhooks:Billing is no name of an endpoint", Refusal(_ => { }, "Billing"));
        Assert.Null(Refusal(options => (options.Url, options.AllowHttp) = ("http://hooks.example", true)));
    }

    private static string? Refusal(Action<WebhookOptions> configure, string name = "billing")
    {
        var options = new WebhookOptions { Url = "https://hooks.example/x", Secret = Receiver.Secret };
        configure(options);
        var all = new WebhooksOptions();
        all.Endpoints.Add(name, options);
        return new WebhookOptionsRanges().Validate(null, all).FailureMessage;
    }
}
