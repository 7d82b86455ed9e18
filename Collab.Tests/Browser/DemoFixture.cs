using Microsoft.Playwright;

namespace Collab.Tests.Browser;

/// <summary>One server and one Chromium for all browser tests; each test makes documents and people of its own.</summary>
public sealed class DemoFixture : IAsyncLifetime
{
    public const string Collection = "Browser";

    /// <summary>How long a page may take for what is expected of it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private DemoServer? _server;

    internal DemoServer Server => _server ?? throw new InvalidOperationException("The server has not been started.");

    internal HttpClient Http { get; } = new();

    public async Task InitializeAsync()
    {
        await DemoBundle.BuildAsync();
        _server = await DemoServer.StartAsync();
        Http.BaseAddress = new Uri(_server.Url);
        Assertions.SetDefaultExpectTimeout((float)Patience.TotalMilliseconds);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Environment.GetEnvironmentVariable("COLLAB_CHROMIUM") is { Length: > 0 } path ? path : "/usr/bin/chromium",
            // Root, as in a container, has no sandbox. The rest keeps the browser from looking for anything but the server.
            Args = [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
            ],
        });
    }

    /// <summary>A browser profile of its own: other storage, other session.</summary>
    /// <param name="token">Gets the page's access tokens, as a back end would; without it the page is anonymous.</param>
    /// <param name="server">Another than the one for all.</param>
    internal async Task<Writer> NewWriterAsync(string name, bool isDark = false, int width = 1180, int height = 760, Func<Task<string>>? token = null, DemoServer? server = null)
    {
        var context = await NewContextAsync(isDark, width, height, server);
        if (token is not null)
        {
            await context.ExposeFunctionAsync("tokenOfTheTest", token);
            await context.AddInitScriptAsync("globalThis.collabToken = () => globalThis.tokenOfTheTest()");
        }

        return new Writer(context, name, server ?? Server);
    }

    /// <summary>A browser profile of its own, for a page that nobody writes in.</summary>
    internal async Task<IBrowserContext> NewContextAsync(bool isDark, int width, int height, DemoServer? server = null)
    {
        var browser = _browser ?? throw new InvalidOperationException("The browser has not been started.");
        var context = await browser.NewContextAsync(new()
        {
            BaseURL = (server ?? Server).Url,
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
            Permissions = ["clipboard-read", "clipboard-write"],
        });
        context.SetDefaultTimeout((float)Patience.TotalMilliseconds);
        return context;
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (_server is not null) await _server.DisposeAsync();
    }
}

[CollectionDefinition(DemoFixture.Collection)]
public sealed class DemoCollection : ICollectionFixture<DemoFixture>;
