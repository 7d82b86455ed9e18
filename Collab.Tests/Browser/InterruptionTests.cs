namespace Collab.Tests.Browser;

[Collection(DemoFixture.Collection)]
public sealed class InterruptionTests(DemoFixture fixture)
{
    [Theory]
    [InlineData("text")]
    [InlineData("richtext")]
    public async Task A_page_that_was_offline_brings_its_edits_and_gets_those_of_others(string kind)
    {
        var document = await fixture.CreateAsync(kind, "Offline");
        await using var ada = await fixture.NewWriterAsync("Ada Lovelace");
        await using var grace = await fixture.NewWriterAsync("Grace Hopper");
        await ada.EditAsync(document);
        await grace.EditAsync(document);
        await ada.Editor.PressSequentiallyAsync("middle");
        await fixture.ConvergeAsync(document, ada, grace);

        await ada.Context.SetOfflineAsync(true);
        await ada.Page.Locator(".standing[data-status=offline]").WaitForAsync();
        await ada.Page.Keyboard.PressAsync("Control+Home");
        await ada.Page.Keyboard.TypeAsync("before ");
        await ada.Page.GetByText("Kept on this device").WaitForAsync();
        await ada.Page.GetByText("your edits are kept, and sent when the connection is back").WaitForAsync();
        await grace.Editor.ClickAsync();
        await grace.Page.Keyboard.PressAsync("Control+End");
        await grace.Page.Keyboard.TypeAsync(" after");
        await grace.IsSavedAsync();
        Assert.Equal("before middle", await ada.TextAsync());
        Assert.Equal("middle after", await grace.TextAsync());

        await ada.Context.SetOfflineAsync(false);
        await Eventually.IsTrue(async () => await fixture.TextAsync(document) == "before middle after", "both edits are in the document");
        Assert.Equal("before middle after", await fixture.ConvergeAsync(document, ada, grace));
    }

    [Theory]
    [InlineData("text")]
    [InlineData("richtext")]
    public async Task Edits_typed_offline_survive_a_closed_tab(string kind)
    {
        var document = await fixture.CreateAsync(kind, "Closed");
        await using var ada = await fixture.NewWriterAsync("Ada Lovelace");
        await ada.EditAsync(document);
        await ada.Editor.PressSequentiallyAsync("sent");
        await ada.IsSavedAsync();

        await ada.Context.SetOfflineAsync(true);
        await ada.Page.Locator(".standing[data-status=offline]").WaitForAsync();
        await ada.Page.Keyboard.TypeAsync(" and not sent");
        await ada.Page.GetByText("Kept on this device").WaitForAsync();
        await ada.CloseAsync();
        Assert.Equal("sent", await fixture.TextAsync(document));

        await ada.Context.SetOfflineAsync(false);
        await ada.EditAsync(document);
        await Eventually.IsTrue(async () => await fixture.TextAsync(document) == "sent and not sent", "what was typed before the tab closed is in the document, once");
        Assert.Equal("sent and not sent", await fixture.ConvergeAsync(document, ada));
    }

    [Fact]
    public async Task A_reload_keeps_everything()
    {
        var document = await fixture.CreateAsync("richtext", "Reload");
        await using var ada = await fixture.NewWriterAsync("Ada Lovelace");
        await ada.EditAsync(document);
        await ada.Page.Keyboard.PressAsync("Control+b");
        await ada.Page.Keyboard.TypeAsync("Typed, and reloaded at once");
        await ada.Page.ReloadAsync();
        await ada.Editor.WaitForAsync();

        await Eventually.IsTrue(async () => await fixture.TextAsync(document) == "Typed, and reloaded at once", "the last keystroke before the reload is in the document");
        await fixture.ConvergeAsync(document, ada);
        Assert.Contains("<strong>Typed, and reloaded at once</strong>", await ada.MarkupAsync(), StringComparison.Ordinal);
    }
}
