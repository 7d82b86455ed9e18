using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Collab.Tests.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Collab.Tests.Documentation;

/// <summary>The host that <c>docs/security.md</c> shows decides by its own cookie and its own rules, outside Development.</summary>
public sealed class SecuritySampleTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("collab-security-sample-");
    private readonly WebApplication _app;

    public SecuritySampleTests()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = _folder.FullName, EnvironmentName = "Production" });
        builder.Configuration.AddInMemoryCollection([
            new("Collab:Log:Provider", "memory"),
            new("Collab:Cluster:KeysPath", Path.Combine(_folder.FullName, "keys")),
            new("Collab:Cluster:SiloPort", $"{OwnPort.Take()}"),
            new("Collab:Cluster:GatewayPort", $"{OwnPort.Take()}")]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = SecuritySample.Build(builder);
    }

    private Uri Url => new(_app.Urls.Single());

    public Task InitializeAsync() => _app.StartAsync();

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Its_cookie_says_who_somebody_is_and_its_rules_what_they_may()
    {
        var (ann, cookie) = await SignInAsync("ann", "team-7");
        var (ben, bensCookie) = await SignInAsync("ben", "team-8");
        using var create = await ann.PostAsJsonAsync("/api/documents", new { id = "team-7.minutes", kind = "text" });
        using var bensCreate = await ben.PostAsJsonAsync("/api/documents", new { id = "team-7.plan", kind = "text" });
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Forbidden), (create.StatusCode, bensCreate.StatusCode));

        await using var client = await HubClient.ConnectWithAsync(new Uri(Url, "/collab"), "Cookie", cookie);
        var joined = await client.JoinAsync("team-7.minutes", name: "Somebody else");
        Assert.Equal(("ann", "owner"), (joined.GetProperty("subject").GetString(), joined.GetProperty("role").GetString()));
        await using var reader = await HubClient.ConnectWithAsync(new Uri(Url, "/collab"), "Cookie", bensCookie);
        Assert.Equal("viewer", (await reader.JoinAsync("team-7.minutes")).GetProperty("role").GetString());
        await reader.SubmitAsync("team-7.minutes", 1, 0, "x");
        Assert.Equal("forbidden", (await reader.NextAsync("refused")).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Without_its_cookie_and_from_pages_of_other_origins_nothing_is_done()
    {
        using var stranger = new HttpClient { BaseAddress = Url };
        using var refused = await stranger.GetAsync("/api/documents");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        var (ann, _) = await SignInAsync("ann", "team-7");
        using var forged = new HttpRequestMessage(HttpMethod.Post, "/api/documents") { Content = JsonContent.Create(new { id = "team-7.forged", kind = "text" }) };
        forged.Headers.Add("Origin", "https://elsewhere.example");
        using var answer = await ann.SendAsync(forged);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("forbidden", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("reason").GetString());
    }

    private async Task<(HttpClient Http, string Cookie)> SignInAsync(string name, string team)
    {
        var http = new HttpClient(new HttpClientHandler { UseCookies = true, CookieContainer = new CookieContainer() }) { BaseAddress = Url };
        using var answer = await http.PostAsync($"/sign-in?name={name}&team={team}", null);
        answer.EnsureSuccessStatusCode();
        return (http, answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
    }
}
