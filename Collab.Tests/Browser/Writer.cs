using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;

namespace Collab.Tests.Browser;

/// <summary>Somebody with a browser of their own, at most one page of it open.</summary>
internal sealed class Writer(IBrowserContext context, string name, DemoFixture fixture) : IAsyncDisposable
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
        _page.PageError += (_, error) => _errors.Add(error);
        _page.Console += (_, message) =>
        {
            // A violated content security policy shows here and nowhere else.
            if (message.Type == "error" && message.Text.Contains("Content Security Policy", StringComparison.Ordinal)) _errors.Add(message.Text);
        };
        await _page.AddInitScriptAsync($"localStorage.getItem('collab.name') ?? localStorage.setItem('collab.name', {JsonSerializer.Serialize(name)})");
        await _page.GotoAsync(path);
        return _page;
    }

    public async Task EditAsync(string document)
    {
        await OpenAsync($"/d/{document}");
        await IsSavedAsync();
        await Editor.WaitForAsync();
    }

    /// <summary>Live, and everything typed is durable.</summary>
    public Task IsSavedAsync() => Page.Locator(".standing[data-status=live][data-pending=false]").WaitForAsync();

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
        Assert.True(_errors.Count == 0, $"{name}'s page had errors:\n{string.Join('\n', _errors)}\nThe server wrote:\n{fixture.Server.Output}");
    }
}

/// <summary>Documents as the REST API has them.</summary>
internal static class Documents
{
    public static async Task<string> CreateAsync(this DemoFixture fixture, string kind, string title, string policy = "merge")
    {
        var response = await fixture.Http.PostAsJsonAsync("/api/documents", new { kind, policy, title });
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    public static async Task<JsonElement> ContentAsync(this DemoFixture fixture, string document) =>
        (await fixture.Http.GetFromJsonAsync<JsonElement>($"/api/documents/{document}/content")).GetProperty("content");

    /// <summary>The plain text of either kind, without rich text's last newline.</summary>
    public static async Task<string> TextAsync(this DemoFixture fixture, string document)
    {
        var content = await fixture.ContentAsync(document);
        if (content.ValueKind == JsonValueKind.String) return content.GetString()!;
        var inserts = content.EnumerateArray().Select(insert => insert.GetProperty("insert")).Where(insert => insert.ValueKind == JsonValueKind.String);
        var text = string.Concat(inserts.Select(insert => insert.GetString()));
        return text.EndsWith('\n') ? text[..^1] : text;
    }

    /// <summary>Waits until all pages show the same and the server has the same, and returns it.</summary>
    public static async Task<string> ConvergeAsync(this DemoFixture fixture, string document, params Writer[] writers)
    {
        foreach (var writer in writers) await writer.IsSavedAsync();
        var text = "";
        await Eventually.IsTrue(async () =>
        {
            text = await fixture.TextAsync(document);
            foreach (var writer in writers)
                if (await writer.TextAsync() != text) return false;
            return true;
        }, "all pages show what the server has");
        return text;
    }
}
