using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;

namespace Collab.Tests.Browser;

/// <summary>Somebody with a browser of their own, at most one page of it open.</summary>
internal sealed class Writer(IBrowserContext context, string name, DemoServer server) : IAsyncDisposable
{
    private readonly List<string> _errors = [];
    private IPage? _page;

    public IBrowserContext Context => context;

    public IPage Page => _page ?? throw new InvalidOperationException($"{name} has no page open.");

    /// <summary>What the page says about its connection, <c>Live</c> for example.</summary>
    public ILocator Standing => Page.Locator(".standing");

    public ILocator Editor => Page.Locator(".cm-content, .ql-editor");

    /// <summary>Opens a page and waits for what it is there for: the editor, or the list of documents.</summary>
    public async Task<IPage> OpenAsync(string path)
    {
        _page = await context.NewPageAsync();
        Watch(_page);
        await _page.AddInitScriptAsync($"localStorage.getItem('collab.name') ?? localStorage.setItem('collab.name', {JsonSerializer.Serialize(name)})");
        await _page.GotoAsync(path);
        return _page;
    }

    /// <summary>The tab is duplicated, or the page opens itself once more: the second page has what the tab's storage had. It is the one that the members are about from here on.</summary>
    public async Task<IPage> DuplicateAsync()
    {
        var first = Page;
        _page = await first.RunAndWaitForPopupAsync(() => first.EvaluateAsync("() => void window.open(location.href)"));
        Watch(_page);
        return first;
    }

    private void Watch(IPage page)
    {
        page.PageError += (_, error) => _errors.Add(error);
        page.Console += (_, message) =>
        {
            // A violated content security policy shows here and nowhere else.
            if (message.Type == "error" && message.Text.Contains("Content Security Policy", StringComparison.Ordinal)) _errors.Add(message.Text);
        };
    }

    public async Task EditAsync(string document)
    {
        await OpenAsync($"/d/{document}");
        await IsSavedAsync();
        await Editor.WaitForAsync();
    }

    /// <summary>Waits until something is shown; when it never is, the failure tells what is, and what the server wrote.</summary>
    public async Task SeesAsync(string selector)
    {
        try
        {
            await Page.Locator(selector).First.WaitForAsync();
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message}\n{name}'s page shows:\n{await Page.Locator("body").InnerTextAsync()}\nThe server wrote:\n{server.Output}", late);
        }
    }

    /// <summary>Live, and everything typed is durable.</summary>
    public Task IsSavedAsync() => Page.Locator(".standing[data-status=live][data-pending=false]").WaitForAsync();

    /// <summary>Remembers each status that the page goes through from now on, for <see cref="StatusesAsync"/>.</summary>
    public Task WatchStatusAsync() => Page.EvaluateAsync(
        """
        () => {
          const standing = document.querySelector('.standing');
          globalThis.statuses = [standing.dataset.status];
          new MutationObserver(() => statuses.at(-1) !== standing.dataset.status && statuses.push(standing.dataset.status)).observe(standing, { attributes: true });
        }
        """);

    public Task<string[]> StatusesAsync() => Page.EvaluateAsync<string[]>("() => globalThis.statuses");

    /// <summary>What explains an interruption.</summary>
    public ILocator Strip => Page.Locator(".strip");

    /// <summary>Shown lines, a newline after each but the last. CodeMirror renders what is near the window: for short documents only.</summary>
    public Task<string> TextAsync() => Page.EvaluateAsync<string>(
        "() => [...document.querySelectorAll('.cm-line, .ql-editor > :not(ol), .ql-editor li')].map((line) => line.innerText.replace(/\\n$/, '')).join('\\n')");

    /// <summary>The rich text as shown, its formats included.</summary>
    public Task<string> MarkupAsync() => Page.Locator(".ql-editor").InnerHTMLAsync();

    public async Task CloseAsync()
    {
        await Page.CloseAsync();
        _page = null;
    }

    public async ValueTask DisposeAsync()
    {
        await context.CloseAsync();
        Assert.True(_errors.Count == 0, $"{name}'s page had errors:\n{string.Join('\n', _errors)}\nThe server wrote:\n{server.Output}");
    }
}

/// <summary>Documents as the REST API has them.</summary>
internal static class Documents
{
    public static Task<string> CreateAsync(this DemoFixture fixture, string kind, string title, string policy = "merge") => CreateAsync(fixture.Http, kind, title, policy);

    public static async Task<string> CreateAsync(this HttpClient http, string kind, string title, string policy = "merge")
    {
        var response = await http.PostAsJsonAsync("/api/documents", new { kind, policy, title });
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    public static Task<JsonElement> ContentAsync(this DemoFixture fixture, string document) => fixture.Http.ContentAsync(document);

    public static Task<string> TextAsync(this DemoFixture fixture, string document) => fixture.Http.TextAsync(document);

    public static Task<string> ConvergeAsync(this DemoFixture fixture, string document, params Writer[] writers) => fixture.Http.ConvergeAsync(document, writers);

    private static async Task<JsonElement> ContentAsync(this HttpClient http, string document) =>
        (await http.GetFromJsonAsync<JsonElement>($"/api/documents/{document}/content")).GetProperty("content");

    /// <summary>The plain text of either kind, without rich text's last newline.</summary>
    public static async Task<string> TextAsync(this HttpClient http, string document)
    {
        var content = await http.ContentAsync(document);
        if (content.ValueKind == JsonValueKind.String) return content.GetString()!;
        var inserts = content.EnumerateArray().Select(insert => insert.GetProperty("insert")).Where(insert => insert.ValueKind == JsonValueKind.String);
        var text = string.Concat(inserts.Select(insert => insert.GetString()));
        return text.EndsWith('\n') ? text[..^1] : text;
    }

    /// <summary>Waits until all pages show the same and the server has the same, and returns it.</summary>
    public static async Task<string> ConvergeAsync(this HttpClient http, string document, params Writer[] writers)
    {
        foreach (var writer in writers) await writer.IsSavedAsync();
        var text = "";
        await Eventually.IsTrue(async () =>
        {
            text = await http.TextAsync(document);
            foreach (var writer in writers)
                if (await writer.TextAsync() != text) return false;
            return true;
        }, "all pages show what the server has");
        return text;
    }

    /// <summary>The sessions that have the document open, by name; whether each is connected.</summary>
    public static async Task<Dictionary<string, bool>> SessionsAsync(this DemoFixture fixture, string document)
    {
        var page = await fixture.Http.GetFromJsonAsync<JsonElement>($"/api/documents/{document}/sessions");
        return page.GetProperty("sessions").EnumerateArray().ToDictionary(session => session.GetProperty("session").GetString()!, session => session.GetProperty("connected").GetBoolean());
    }

    /// <summary>Says what a subject may do in the document, whatever its token says.</summary>
    public static async Task GrantAsync(this DemoFixture fixture, string document, string subject, string role) =>
        (await fixture.Http.PutAsJsonAsync($"/api/documents/{document}/permissions/{subject}", new { role })).EnsureSuccessStatusCode();

    /// <summary>A token, as a back end with an API key gets it.</summary>
    public static Task<string> TokenAsync(this DemoFixture fixture, string subject, string name, string role = "editor", int lifetime = 900) =>
        fixture.Http.TokenAsync(fixture.Server.ApiKey, subject, name, role, lifetime);

    public static async Task<string> TokenAsync(this HttpClient http, string apiKey, string subject, string name, string role = "editor", int lifetime = 900)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/tokens") { Content = JsonContent.Create(new { subject, name, documents = "*", role, lifetime }) };
        if (!http.DefaultRequestHeaders.Contains("X-Api-Key")) request.Headers.Add("X-Api-Key", apiKey);
        using var response = await http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString()!;
    }
}
