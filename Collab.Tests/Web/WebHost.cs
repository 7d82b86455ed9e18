using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Collab.Tests.Web.Security;
using Collab.Web;
using Collab.Web.Security;
using Collab.Web.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Collab.Tests.Web;

/// <summary>The real application on a real port of loopback, with the memory log and a silo of its own.</summary>
public sealed class WebHost : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("collab-web-tests-");
    private readonly WebApplication _app;

    public WebHost()
        : this(new Dictionary<string, string?>())
    {
    }

    /// <param name="grains">The cluster that it is a host of; its own if null.</param>
    internal WebHost(IDictionary<string, string?> settings, Action<IServiceCollection>? configure = null, Func<IGrainFactory>? grains = null, string environment = "Development", string url = "http://127.0.0.1:0")
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = _folder.FullName, EnvironmentName = environment });
        builder.Configuration.AddInMemoryCollection([
            new("Collab:Log:Provider", "memory"),
            new("Collab:Cluster:KeysPath", KeysPath),
            new("Collab:Cluster:SiloPort", $"{OwnPort.Take()}"),
            new("Collab:Cluster:GatewayPort", $"{OwnPort.Take()}")]);
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        builder.Services.UseSocketHandover();
        if (grains is null)
            builder.AddCollab();
        else
            builder.AddCollabFrontEnd().Services.AddSingleton(_ => grains());
        configure?.Invoke(builder.Services);
        _app = builder.Build();
        _app.MapCollab();
    }

    public HttpClient Http { get; } = new();

    /// <summary>Where its keys are, unless settings say otherwise.</summary>
    public string KeysPath => Path.Combine(_folder.FullName, "keys");

    public IServiceProvider Services => _app.Services;

    public Task InitializeAsync() => StartAsync();

    public async Task StartAsync()
    {
        await _app.StartAsync();
        Http.BaseAddress = new Uri(_app.Urls.First().Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal));
    }

    public Task StopAsync() => _app.StopAsync();

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    internal Task<HubClient> ConnectAsync(string? origin = null, int? receiveBuffer = null) => HubClient.ConnectAsync(new Uri(Http.BaseAddress!, "/collab"), origin, receiveBuffer);

    /// <summary>A new document, of text unless <paramref name="kind"/> says otherwise.</summary>
    internal async Task<string> CreateAsync(string kind = "text", string policy = "merge")
    {
        string id = $"d-{Guid.NewGuid():N}";
        var response = await Http.PostAsJsonAsync("/api/documents", new { id, kind, policy, title = "A title" });
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return id;
    }

    internal async Task<JsonElement> GetAsync(string path) => await Http.GetFromJsonAsync<JsonElement>(path);

    /// <summary>The content over REST, whose kind is text.</summary>
    internal async Task<string> TextAsync(string id) => (await GetAsync($"/api/documents/{id}/content")).GetProperty("content").GetString()!;

    /// <summary>A metric's value as it is scraped: <c>collab_messages_sent_total{type="joined"}</c>; 0 if it is not there.</summary>
    internal async Task<double> MetricAsync(string series)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        if (Services.GetRequiredService<AccessSettings>().Current.ApiKeys.Any(key => key.Name == Credentials.OperatorName))
            request.Headers.Add(CollabSchemes.ApiKeyHeader, Credentials.OperatorKey);
        using var answer = await Http.SendAsync(request);
        string text = await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
        string? line = text.Split('\n').FirstOrDefault(line => line.StartsWith(series + " ", StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line[(series.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }
}
