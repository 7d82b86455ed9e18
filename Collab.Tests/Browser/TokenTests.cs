using System.Diagnostics;
using Microsoft.Playwright;

namespace Collab.Tests.Browser;

/// <summary>Tokens end while somebody types.</summary>
[Collection(DemoFixture.Collection)]
public sealed class TokenTests(DemoFixture fixture)
{
    // Refreshed at four fifths: a busy machine has some seconds for it.
    private const int Lifetime = 30;

    [Fact]
    public async Task A_token_is_refreshed_unseen_and_where_none_can_be_had_edits_are_kept_until_one_can()
    {
        var document = await fixture.CreateAsync("text", "Tokens");
        var subject = $"ada-{Guid.NewGuid():N}";
        var watch = Stopwatch.StartNew();
        int asked = 0;
        long refreshedAt = 0;
        bool isBackEndAway = false;
        await using var ada = await fixture.NewWriterAsync("Nobody asks", token: async () =>
        {
            if (isBackEndAway) throw new InvalidOperationException("The back end is away.");
            // The second one lasts for the least time that there is.
            if (++asked == 2) refreshedAt = watch.ElapsedMilliseconds;
            return await fixture.TokenAsync(subject, "Ada Lovelace", lifetime: asked == 2 ? 10 : Lifetime);
        });
        await ada.EditAsync(document);
        await ada.WatchStatusAsync();
        var session = (await fixture.SessionsAsync(document)).Keys.Single();

        var typed = "";
        await Eventually.IsTrue(async () =>
        {
            typed += "r";
            await ada.Page.Keyboard.TypeAsync("r", new() { Delay = 50 });
            return asked >= 2;
        }, "the page asks for the next token");
        isBackEndAway = true;
        await ada.IsSavedAsync();
        Assert.Equal(typed, await fixture.TextAsync(document));
        if (refreshedAt < (Lifetime - 1) * 1000)
            Assert.Equal(["live"], await ada.StatusesAsync());

        // Now none can be had. The second one ends.
        long signedOutAt = watch.ElapsedMilliseconds;
        await ada.Page.Locator(".standing[data-status=signed_out]").WaitForAsync();
        await ada.Page.Keyboard.TypeAsync(", kept");
        await ada.Strip.GetByText("You are signed out. Your").WaitForAsync();
        await ada.Page.GetByText("Kept on this device", new() { Exact = true }).WaitForAsync();
        Assert.Equal(typed, await fixture.TextAsync(document));
        Assert.Equal($"{typed}, kept", await ada.TextAsync());

        isBackEndAway = false;
        await ada.Strip.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        Assert.Equal($"{typed}, kept", await fixture.ConvergeAsync(document, ada));
        Assert.DoesNotContain("closed", await ada.StatusesAsync());
        // The session went on, if it had not to wait for longer than sessions do.
        if (watch.ElapsedMilliseconds - signedOutAt < 45_000)
            Assert.Equal([session], (await fixture.SessionsAsync(document)).Keys);
    }

    [Fact]
    public async Task A_person_may_paste_a_token()
    {
        await using var server = await DemoServer.StartAsync("--Collab:Access:Anonymous", "none");
        await using var ada = await fixture.NewWriterAsync("Nobody asks", server: server);
        using var http = new HttpClient { BaseAddress = new Uri(server.Url) };
        http.DefaultRequestHeaders.Add("X-Api-Key", server.ApiKey);
        var document = await http.CreateAsync("text", "Pasted");
        await ada.OpenAsync("/");
        await ada.OpenAsync($"/d/{document}");
        await ada.Page.GetByLabel("Access token").WaitForAsync();
        await ada.Page.GetByLabel("Access token").FillAsync(await http.TokenAsync(server.ApiKey, "ada", "Ada Lovelace"));
        await ada.Page.Keyboard.PressAsync("Enter");
        await ada.Editor.WaitForAsync();
        await ada.Editor.PressSequentiallyAsync("known");
        Assert.Equal("known", await http.ConvergeAsync(document, ada));
        await ada.Page.GetByRole(AriaRole.Button, new() { Name = "You are Ada Lovelace" }).WaitForAsync();
        await ada.Page.GetByRole(AriaRole.Link, new() { Name = "All documents" }).ClickAsync();
        await ada.Page.GetByRole(AriaRole.Link, new() { Name = "Pasted" }).WaitForAsync();
    }

    [Fact]
    public async Task A_page_whose_token_is_not_taken_asks_who_this_is()
    {
        var document = await fixture.CreateAsync("text", "Unknown");
        await using var ada = await fixture.NewWriterAsync("Nobody asks", token: () => Task.FromResult("not-a-token"));
        await ada.OpenAsync($"/d/{document}");
        await ada.Page.GetByRole(AriaRole.Heading, new() { Name = "Who are you?" }).WaitForAsync();
    }
}
