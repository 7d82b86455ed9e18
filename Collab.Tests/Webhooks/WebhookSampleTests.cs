using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Collab.Contracts;
using Collab.Contracts.Access;
using Collab.Grains.Webhooks;
using Collab.Tests.Activity;
using Collab.Tests.Operations;

namespace Collab.Tests.Webhooks;

/// <summary><c>docs/webhooks.md</c> shows receivers: they are code that runs, and take what is genuine and nothing else.</summary>
public sealed partial class WebhookSampleTests
{
    [Fact]
    public void The_document_shows_the_samples_as_they_are()
    {
        string document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "webhooks.md"));
        Assert.Contains(File.ReadAllText(Path.Combine(Repository.Root, "docs", "samples", "webhook-receiver.mjs")).TrimEnd(), document);
        string source = File.ReadAllText(Path.Combine(Repository.Root, "Collab.Tests", "Webhooks", "WebhookVerification.cs"));
        string[] sample = [.. Region().Match(source).Groups[1].Value.TrimEnd().Split('\n').Select(line => line.Length > 4 ? line[4..] : line)];
        Assert.Contains(string.Join('\n', sample), document);
    }

    [Fact]
    public async Task The_receiver_in_javascript_takes_a_genuine_delivery_once_and_no_other()
    {
        int port = OwnPort.Take();
        var start = new ProcessStartInfo("node", [Path.Combine(Repository.Root, "docs", "samples", "webhook-receiver.mjs")]) { RedirectStandardOutput = true };
        start.Environment["COLLAB_WEBHOOK_SECRET"] = Receiver.Secret;
        start.Environment["PORT"] = $"{port}";
        using var node = Process.Start(start)!;
        try
        {
            Assert.Equal($"listening on {port}", await node.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)));
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
            var delivery = new WebhookDelivery("billing", [Happenings.Event("minutes") with { Position = 7, Author = "Ann Øster 🦀" }]);
            byte[] body = delivery.Body.ToArray();
            var now = DateTimeOffset.UtcNow;

            Assert.Equal(HttpStatusCode.NoContent, await PostAsync(delivery.Id, now, Receiver.Secret, body));
            Assert.Equal("7 checkpoint minutes", await node.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)));
            Assert.Equal(HttpStatusCode.NoContent, await PostAsync(delivery.Id, now, Receiver.Secret, body));
            Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(delivery.Id, now, "whsec_" + Convert.ToBase64String(new byte[32]), body));
            Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(delivery.Id, now.AddMinutes(-10), Receiver.Secret, body));

            async Task<HttpStatusCode> PostAsync(string id, DateTimeOffset at, string secret, byte[] body)
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "") { Content = new ByteArrayContent(body) };
                request.Headers.Add("webhook-id", id);
                request.Headers.Add("webhook-timestamp", $"{at.ToUnixTimeSeconds()}");
                request.Headers.Add("webhook-signature", new WebhookSigner(secret).Sign(id, at, body));
                using var answer = await http.SendAsync(request);
                return answer.StatusCode;
            }
        }
        finally
        {
            node.Kill();
            await node.WaitForExitAsync();
        }
    }

    [Fact]
    public void A_signature_is_the_specifications_own_example()
    {
        // Of the specification's reference libraries.
        var signer = new WebhookSigner("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        Assert.Equal(
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            signer.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", DateTimeOffset.FromUnixTimeSeconds(1614265330), Encoding.UTF8.GetBytes("""{"test": 2432232314}""")));
    }

    [Theory]
    [InlineData("*", "anything", true)]
    [InlineData("team-7.*", "team-7.minutes", true)]
    [InlineData("team-7.*", "team-77.minutes", false)]
    [InlineData("*.minutes", "team-7.minutes", true)]
    [InlineData("a*b*c", "a-b-c", true)]
    [InlineData("a*b*c", "a-b-d", false)]
    [InlineData("A", "a", false)]
    public void A_pattern_names_documents(string pattern, string document, bool matches) =>
        Assert.Equal(matches, new DocumentPattern(pattern).Matches(new DocumentId(document)));

    [Fact]
    public void The_same_events_make_the_same_delivery()
    {
        Contracts.Activity.ActivityEvent[] events = [Happenings.Event("a") with { Position = 1 }, Happenings.Event("b") with { Position = 2 }];
        Assert.Equal(new WebhookDelivery("x", [.. events]).Id, new WebhookDelivery("x", [.. events]).Id);
        Assert.NotEqual(new WebhookDelivery("x", [.. events]).Id, new WebhookDelivery("y", [.. events]).Id);
        Assert.NotEqual(new WebhookDelivery("x", [.. events]).Id, new WebhookDelivery("x", [events[0]]).Id);
    }

    [GeneratedRegex(@"#region verify\n(.*?)    #endregion", RegexOptions.Singleline)]
    private static partial Regex Region();
}
