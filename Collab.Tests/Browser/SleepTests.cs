namespace Collab.Tests.Browser;

/// <summary>Tabs that sleep for longer than the server waits, and tabs that are two.</summary>
[Collection(DemoFixture.Collection)]
public sealed class SleepTests(DemoFixture fixture)
{
    [Theory]
    [InlineData("text")]
    [InlineData("richtext")]
    public async Task A_tab_that_slept_for_longer_than_the_server_waits_comes_back_with_the_edits_of_both_sides(string kind)
    {
        var document = await fixture.CreateAsync(kind, "Asleep");
        await using var ada = await fixture.NewWriterAsync("Ada Lovelace");
        await using var grace = await fixture.NewWriterAsync("Grace Hopper");
        await ada.EditAsync(document);
        await ada.Editor.PressSequentiallyAsync("middle");
        await ada.IsSavedAsync();
        var session = (await fixture.SessionsAsync(document)).Keys.Single();
        await grace.EditAsync(document);

        // The last word never leaves the device before it sleeps.
        await ada.Context.SetOfflineAsync(true);
        await ada.Page.Locator(".standing[data-status=offline]").WaitForAsync();
        await ada.Page.Keyboard.PressAsync("Control+Home");
        await ada.Page.Keyboard.TypeAsync("before ");
        var devtools = await ada.Context.NewCDPSessionAsync(ada.Page);
        await devtools.SendAsync("Page.setWebLifecycleState", new() { ["state"] = "frozen" });
        await Eventually.IsTrue(async () => !(await fixture.SessionsAsync(document)).GetValueOrDefault(session), "the server has given the sleeping tab's connection up");
        await grace.Editor.ClickAsync();
        await grace.Page.Keyboard.PressAsync("Control+End");
        await grace.Page.Keyboard.TypeAsync(" after");
        await grace.IsSavedAsync();

        await ada.Context.SetOfflineAsync(false);
        await devtools.SendAsync("Page.setWebLifecycleState", new() { ["state"] = "active" });
        await Eventually.IsTrue(async () => await fixture.TextAsync(document) == "before middle after", "the edits of both are in the document");
        Assert.Equal("before middle after", await fixture.ConvergeAsync(document, ada, grace));
    }

    [Fact]
    public async Task A_page_on_which_nothing_happens_pauses_and_goes_on_with_the_next_key()
    {
        await using var server = await DemoServer.StartAsync("--Collab:Sessions:IdleTimeout", "00:00:30");
        using var http = new HttpClient { BaseAddress = new Uri(server.Url) };
        var document = await http.CreateAsync("text", "Paused");
        await using var ada = await fixture.NewWriterAsync("Ada Lovelace", server: server);
        await using var grace = await fixture.NewWriterAsync("Grace Hopper", server: server);
        await ada.EditAsync(document);
        await ada.Editor.PressSequentiallyAsync("before");
        await grace.EditAsync(document);
        await ada.Page.Locator(".standing[data-status=idle]").WaitForAsync(new() { Timeout = 120_000 });
        await ada.Strip.GetByText("Paused, since nothing happened here for a while").WaitForAsync();
        await grace.Editor.ClickAsync();
        await grace.Page.Keyboard.PressAsync("Control+Home");
        await grace.Page.Keyboard.TypeAsync("meanwhile, ");
        await Eventually.IsTrue(async () => await http.TextAsync(document) == "meanwhile, before", "what the other types has arrived");
        Assert.Equal("before", await ada.TextAsync());

        await ada.Page.Keyboard.TypeAsync(" and after");
        await Eventually.IsTrue(async () => await http.TextAsync(document) == "meanwhile, before and after", "what woke the page has arrived");
        await Eventually.IsTrue(async () => await ada.TextAsync() == "meanwhile, before and after", "the page shows what happened while it slept");
    }

    [Fact]
    public async Task A_tab_that_is_duplicated_is_two_sessions_which_do_not_take_anything_from_each_other()
    {
        var document = await fixture.CreateAsync("text", "Twice");
        await using var ada = await fixture.NewWriterAsync("Ada Lovelace");
        await ada.EditAsync(document);
        await ada.Editor.PressSequentiallyAsync("first. ");
        await ada.IsSavedAsync();

        // With edits that wait: what the tab has stored of them is not the other's to send.
        await ada.Context.SetOfflineAsync(true);
        await ada.Page.Locator(".standing[data-status=offline]").WaitForAsync();
        await ada.Page.Keyboard.TypeAsync("one. ");
        await ada.Context.SetOfflineAsync(false);
        var first = await ada.DuplicateAsync();
        await ada.IsSavedAsync();
        await first.Locator(".standing[data-status=live][data-pending=false]").WaitForAsync();
        await Eventually.IsTrue(async () => (await fixture.SessionsAsync(document)).Values.Count(connected => connected) == 2, "each has a session");
        var sessions = (await fixture.SessionsAsync(document)).Keys.Order().ToArray();
        await ada.WatchStatusAsync();

        await ada.Editor.ClickAsync();
        await ada.Page.Keyboard.PressAsync("Control+End");
        await ada.Page.Keyboard.TypeAsync("two. ");
        await ada.IsSavedAsync();
        await first.BringToFrontAsync();
        await first.Locator(".cm-content").ClickAsync();
        await first.Keyboard.PressAsync("Control+Home");
        await first.Keyboard.TypeAsync("zero. ");
        await first.Locator(".standing[data-status=live][data-pending=false]").WaitForAsync();

        Assert.Equal("zero. first. one. two. ", await fixture.ConvergeAsync(document, ada));
        Assert.Equal(sessions, (await fixture.SessionsAsync(document)).Keys.Order());
        Assert.Equal(["live"], await ada.StatusesAsync());
    }
}
