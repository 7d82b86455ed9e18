using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Collab.Tests.Web.Security;

/// <summary>With which settings a host starts, where; and who is let in without a credential then.</summary>
public sealed class AccessStartTests
{
    // 0.0.0.0 stands for every address that is not loopback.
    private const string Everywhere = "http://0.0.0.0:0";
    private const string Loopback = "http://127.0.0.1:0";

    [Theory]
    [InlineData("Development", Loopback, "", null)]
    [InlineData("Development", Loopback, "Collab:Access:Anonymous=owner", null)]
    [InlineData("Development", Loopback, "Collab:Browsers:AllowedOrigins:0=*", null)]
    [InlineData("Development", Everywhere, "", "Collab:Access:ApiKeys:0:Hash")]
    [InlineData("Development", Everywhere, "Collab:Access:Anonymous=editor", "Collab:Access:Anonymous is editor at http://0.0.0.0:0")]
    [InlineData("Development", Everywhere, "key", null)]
    [InlineData("Production", Loopback, "", "Collab:Access:ApiKeys:0:Hash")]
    [InlineData("Production", Loopback, "Collab:Access:Anonymous=none", "Nobody could get in in the environment Production")]
    [InlineData("Production", Loopback, "Collab:Access:Anonymous=viewer", null)]
    [InlineData("Production", Loopback, "Collab:Access:Anonymous=commenter", "Collab:Access:Anonymous is commenter in the environment Production")]
    [InlineData("Production", Everywhere, "Collab:Access:Anonymous=viewer", null)]
    [InlineData("Production", Everywhere, "key", null)]
    [InlineData("Production", Everywhere, "key;Collab:Browsers:AllowedOrigins:0=https://app.example", null)]
    [InlineData("Production", Everywhere, "key;Collab:Browsers:AllowedOrigins:0=*", "Collab:Browsers:AllowedOrigins has *")]
    [InlineData("Production", Everywhere, "key;Collab:Browsers:AllowedOrigins:0=*;Collab:Access:AllowInsecure=true", null)]
    [InlineData("Production", Everywhere, "Collab:Access:Anonymous=owner;Collab:Access:AllowInsecure=true", null)]
    [InlineData("Production", Everywhere, "Collab:Access:Schemes:0=Collab.Token", null)]
    [InlineData("Production", Everywhere, "Collab:Access:Schemes:0=Bearer", "there is no authentication scheme of that name; there are Collab.Token, Collab.ApiKey")]
    [InlineData("Production", Loopback, "Collab:Access:ApiKeys:0:Name=tests;Collab:Access:ApiKeys:0:Hash=the-key-itself", "Collab:Access:ApiKeys:0:Hash is not the SHA-256 of a key")]
    public async Task A_host_starts_only_with_settings_that_are_safe_where_it_is_and_says_what_to_set(string environment, string url, string settings, string? refusal)
    {
        var host = new WebHost(Settings(settings), environment: environment, url: url);
        try
        {
            if (refusal is null)
            {
                await host.StartAsync();
                return;
            }

            var failure = await Assert.ThrowsAsync<OptionsValidationException>(host.StartAsync);
            Assert.Contains(refusal, failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("the-key-itself", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    [Fact]
    public async Task Allowed_all_the_same_each_insecure_setting_is_a_warning_once()
    {
        var lines = new LogLines();
        var host = new WebHost(
            Settings("Collab:Access:Anonymous=owner;Collab:Browsers:AllowedOrigins:0=*;Collab:Access:AllowInsecure=true"), services => services.AddSingleton<ILoggerProvider>(lines), environment: "Production");
        await host.StartAsync();
        await host.DisposeAsync();

        string[] warnings = [.. lines.All.Where(line => line.Contains("Insecure", StringComparison.Ordinal))];
        Assert.Equal(2, warnings.Length);
        Assert.Contains(warnings, line => line.Contains("Collab:Access:Anonymous is owner", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "", HttpStatusCode.OK)]
    [InlineData("X-Forwarded-For", "203.0.113.7", HttpStatusCode.Unauthorized)]
    [InlineData("Forwarded", "for=203.0.113.7", HttpStatusCode.Unauthorized)]
    [InlineData("X-Forwarded-Proto", "https", HttpStatusCode.Unauthorized)]
    [InlineData("X-Original-For", "127.0.0.1", HttpStatusCode.Unauthorized)]
    [InlineData("Via", "1.1 proxy", HttpStatusCode.Unauthorized)]
    [InlineData("Host", "rebound.example", HttpStatusCode.Unauthorized)]
    [InlineData("Host", "localhost", HttpStatusCode.OK)]
    [InlineData("X-Api-Key", "wrong", HttpStatusCode.Unauthorized)]
    [InlineData("Authorization", "Bearer wrong", HttpStatusCode.Unauthorized)]
    [InlineData("Authorization", "Basic d3Jvbmc6d3Jvbmc=", HttpStatusCode.OK)]
    public async Task In_development_this_machine_needs_no_credential_but_a_proxy_another_name_and_a_bad_credential_do(string header, string value, HttpStatusCode status)
    {
        var host = new WebHost();
        await host.StartAsync();
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/documents");
            if (header.Length > 0)
                request.Headers.TryAddWithoutValidation(header, value);
            using var answer = await host.Http.SendAsync(request);
            Assert.Equal(status, answer.StatusCode);
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_connection_behind_which_nobody_is_known_in_time_is_closed()
    {
        var host = new WebHost(new Dictionary<string, string?>(Settings("key;Collab:Access:Anonymous=none;Collab:Access:AuthenticationTimeout=00:00:01.5")));
        await host.StartAsync();
        try
        {
            await using var client = await host.ConnectAsync();
            var refused = await client.NextAsync("refused");
            Assert.Equal(("authenticate", "unauthenticated"), (refused.GetProperty("verb").GetString(), refused.GetProperty("reason").GetString()));
            Assert.Contains("Collab:Access:AuthenticationTimeout", refused.GetProperty("detail").GetString(), StringComparison.Ordinal);
            await Eventually.IsTrue(() => client.IsClosed, "the connection is closed");
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_key_that_is_taken_away_is_void_at_once_and_a_mistake_in_a_change_changes_nothing()
    {
        string first = Credentials.NewKey(), second = Credentials.NewKey();
        var host = new WebHost(Credentials.Settings(first));
        await host.StartAsync();
        var configuration = (IConfigurationRoot)host.Services.GetRequiredService<IConfiguration>();
        try
        {
            string document = await host.CreateWithAsync(first);
            await using var client = await HubClient.ConnectWithAsync(new Uri(host.Http.BaseAddress!, "/collab"), "X-Api-Key", first);
            await client.JoinAsync(document);

            configuration["Collab:Access:ApiKeys:0:Hash"] = "no hash";
            // The framework's own check at the start says so to whoever reloads by hand; a file's watcher says it to nobody.
            Assert.Throws<AggregateException>(configuration.Reload);
            await host.CreateWithAsync(first);

            configuration["Collab:Access:ApiKeys:0:Hash"] = Credentials.Hash(second);
            configuration.Reload();
            Assert.Equal("permission_revoked", (await client.NextAsync("closed")).GetProperty("reason").GetString());
            await host.CreateWithAsync(second);
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/documents");
            request.Headers.Add("X-Api-Key", first);
            using var answer = await host.Http.SendAsync(request);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    private static Dictionary<string, string?> Settings(string settings) => settings
        .Split(';', StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(setting => setting == "key" ? ["Collab:Access:ApiKeys:0:Name=tests", $"Collab:Access:ApiKeys:0:Hash={Credentials.Hash(Credentials.NewKey())}"] : new[] { setting })
        .Select(setting => setting.Split('=', 2))
        .ToDictionary(pair => pair[0], string? (pair) => pair[1]);
}
