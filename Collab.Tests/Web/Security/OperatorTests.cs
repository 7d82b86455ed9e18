using System.Net;
using Collab.Silo;
using Collab.Web.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Collab.Tests.Web.Security;

/// <summary>What is for those who run the system: by who asks, and by where.</summary>
public sealed class OperatorTests : IDisposable
{
    private static readonly string[] Theirs = ["/metrics", "/operations/load", "/operations/live", "/operations/webhooks", "/api/activity"];

    private readonly string _key = Credentials.NewKey();
    private readonly string _operatorsKey = Credentials.NewKey();

    private readonly DirectoryInfo _keys = Directory.CreateTempSubdirectory("collab-keys-");

    public void Dispose() => _keys.Delete(recursive: true);

    [Fact]
    public async Task It_is_shown_to_an_operators_key_alone_and_health_tells_others_no_more_than_whether_it_is_well()
    {
        var host = new WebHost(Settings());
        await host.StartAsync();
        try
        {
            foreach (string path in Theirs)
            {
                Assert.Equal((path, HttpStatusCode.Unauthorized), (path, await StatusAsync(host.Http, path)));
                Assert.Equal((path, HttpStatusCode.Forbidden), (path, await StatusAsync(host.Http, path, _key)));
                Assert.Equal((path, HttpStatusCode.OK), (path, await StatusAsync(host.Http, path, _operatorsKey)));
            }

            Assert.Equal("""{"status":"healthy"}""", await HealthAsync(host.Http));
            Assert.Equal("""{"status":"healthy"}""", await HealthAsync(host.Http, _key));
            Assert.Contains("\"log\":\"reachable\"", await HealthAsync(host.Http, _operatorsKey), StringComparison.Ordinal);
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    [Fact]
    public async Task On_a_port_of_its_own_it_is_shown_to_all_who_reach_that_and_nowhere_else()
    {
        int port = OwnPort.Take();
        var host = new WebHost(Settings(("Collab:Operations:Port", $"{port}"), ("Collab:Operations:Address", "127.0.0.1")));
        await host.StartAsync();
        using var own = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        try
        {
            foreach (string path in Theirs.SkipLast(1))
            {
                Assert.Equal((path, HttpStatusCode.OK), (path, await StatusAsync(own, path)));
                Assert.Equal((path, HttpStatusCode.NotFound), (path, await StatusAsync(host.Http, path, _operatorsKey)));
            }

            Assert.Contains("\"log\":\"reachable\"", await HealthAsync(own), StringComparison.Ordinal);
            Assert.Equal("""{"status":"healthy"}""", await HealthAsync(host.Http, _operatorsKey));
            foreach (string path in (string[])["/", "/api/documents", "/api/activity", "/openapi/v1.json", "/collab"])
                Assert.Equal((path, HttpStatusCode.NotFound), (path, await StatusAsync(own, path, _key)));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(host.Http, "/api/documents", _key));
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_page_is_sent_to_everybody_as_a_sign_in_and_its_data_to_operators_alone()
    {
        int port = OwnPort.Take();
        var host = new WebHost(Settings());
        var apart = new WebHost(Settings(("Collab:Operations:Port", $"{port}"), ("Collab:Operations:Address", "127.0.0.1")));
        await host.StartAsync();
        await apart.StartAsync();
        using var own = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        try
        {
            var bodies = new HashSet<string>();
            foreach (var (key, status) in ((string?, HttpStatusCode)[])[(null, HttpStatusCode.Unauthorized), (_key, HttpStatusCode.Forbidden), (_operatorsKey, HttpStatusCode.OK)])
            {
                using var answer = await SendAsync(host.Http, "/ops", key);
                Assert.Equal(status, answer.StatusCode);
                Assert.Contains("script-src 'self';", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
                Assert.True(answer.Headers.CacheControl!.NoStore);
                bodies.Add(await answer.Content.ReadAsStringAsync());
            }

            // Nobody is shown anything: it is the same page, and has no data in it.
            Assert.Single(bodies);
            using var data = await SendAsync(host.Http, "/operations/live", _operatorsKey);
            Assert.True(data.Headers.CacheControl!.NoStore);
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(host.Http, "/ops/ops.html", _operatorsKey));
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(host.Http, "/ops/../appsettings.json", _operatorsKey));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(own, "/ops"));
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(apart.Http, "/ops", _operatorsKey));
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(apart.Http, "/ops/theme.js", _operatorsKey));
        }
        finally
        {
            await host.DisposeAsync();
            await apart.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_hosts_own_policy_goes_before_ours()
    {
        var host = new WebHost(Settings(), services => services.AddAuthorizationBuilder().AddPolicy(CollabPolicies.Operator, policy => policy.RequireAssertion(asked => ((Microsoft.AspNetCore.Http.HttpContext)asked.Resource!).Request.Headers.ContainsKey("X-Night-Shift"))));
        await host.StartAsync();
        try
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(host.Http, "/metrics", _operatorsKey));
            host.Http.DefaultRequestHeaders.Add("X-Night-Shift", "yes");
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(host.Http, "/metrics"));
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_silo_shows_it_to_its_own_machine_but_not_through_a_proxy_and_with_a_port_there_alone()
    {
        int port = OwnPort.Take();
        await using var plain = await StartSiloAsync();
        await using var apart = await StartSiloAsync(("Collab:Operations:Port", $"{port}"));
        using var http = new HttpClient { BaseAddress = new Uri(plain.Urls.First()) };
        using var elsewhere = new HttpClient { BaseAddress = new Uri(apart.Urls.First()) };
        using var own = new HttpClient { BaseAddress = new Uri($"http://localhost:{port}") };

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, "/metrics"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(elsewhere, "/metrics"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(own, "/metrics"));
        http.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.7");
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(http, "/metrics"));
        Assert.Equal("""{"status":"healthy"}""", await HealthAsync(http));
    }

    private Dictionary<string, string?> Settings(params (string Name, string Value)[] more) => Credentials.Settings(
        _key,
        [
            ("Collab:Access:ApiKeys:1:Name", "night-shift"), ("Collab:Access:ApiKeys:1:Hash", Credentials.Hash(_operatorsKey)), ("Collab:Access:ApiKeys:1:Role", "viewer"), ("Collab:Access:ApiKeys:1:IsOperator", "true"),
            .. more,
        ]);

    private async Task<WebApplication> StartSiloAsync(params (string Name, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([
            new("Collab:Cluster:Mode", "embedded"),
            new("Collab:Log:Provider", "memory"),
            new("Collab:Cluster:KeysPath", _keys.FullName),
            new("Collab:Cluster:SiloPort", $"{OwnPort.Take()}"),
            new("Collab:Cluster:GatewayPort", $"{OwnPort.Take()}"),
            .. settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value))]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddCollabSilo();
        var silo = builder.Build();
        silo.MapCollabOperations();
        await silo.StartAsync();
        return silo;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, string path, string? key = null)
    {
        using var answer = await SendAsync(http, path, key);
        return answer.StatusCode;
    }

    private static async Task<string> HealthAsync(HttpClient http, string? key = null)
    {
        // A busy machine's host may take a moment to be ready.
        string body = "";
        await Eventually.IsTrue(async () =>
        {
            using var answer = await SendAsync(http, "/health/ready", key);
            body = await answer.Content.ReadAsStringAsync();
            return answer.IsSuccessStatusCode;
        });
        return body;
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient http, string path, string? key)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (key is not null)
            request.Headers.Add("X-Api-Key", key);
        return http.SendAsync(request);
    }
}
