using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Collab.Tests.Browser;

[Collection(DemoFixture.Collection)]
public sealed class AccessTests(DemoFixture fixture)
{
    [Fact]
    public async Task A_document_is_created_and_edited_with_the_keyboard_alone()
    {
        await using var ada = await fixture.NewWriterAsync("Ada Lovelace");
        var page = await ada.OpenAsync("/");
        await page.GetByRole(AriaRole.Heading, new() { Name = "Documents" }).WaitForAsync();
        await page.Keyboard.PressAsync("n");
        await page.Keyboard.TypeAsync("Written without a mouse");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");

        await ada.Editor.WaitForAsync();
        await Expect(page.Locator("h1").First).ToHaveTextAsync("Written without a mouse", new() { UseInnerText = true });
        // The editor has the focus; Escape leads out of it, to the formats, and back.
        await page.Keyboard.TypeAsync("Here ");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator(":focus")).ToHaveAttributeAsync("aria-label", "Heading");
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.TypeAsync("now");
        await ada.IsSavedAsync();
        await Eventually.IsTrue(async () => (await ada.MarkupAsync()).Contains("Here <strong>now</strong>", StringComparison.Ordinal), "the word is bold");

        await page.Keyboard.PressAsync("Control+/");
        await page.GetByRole(AriaRole.Dialog, new() { Name = "Shortcuts" }).WaitForAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.GetByRole(AriaRole.Dialog, new() { Name = "Shortcuts" }).WaitForAsync(new() { State = WaitForSelectorState.Hidden });
    }

    [Fact]
    public async Task The_first_stop_of_the_Tab_key_skips_to_the_content()
    {
        await using var ada = await fixture.NewWriterAsync("Ada Lovelace");
        var page = await ada.OpenAsync("/");
        await page.GetByRole(AriaRole.Heading, new() { Name = "Documents" }).WaitForAsync();
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.Locator(":focus")).ToHaveTextAsync("Skip to content");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#main")).ToBeFocusedAsync();
    }

    [Theory]
    [InlineData("text")]
    [InlineData("richtext")]
    public async Task Every_control_has_a_name_and_a_phone_has_nothing_to_scroll_sideways(string kind)
    {
        var document = await fixture.CreateAsync(kind, "A rather long title for a document that will certainly not fit into the width of a telephone held upright");
        await using var ada = await fixture.NewWriterAsync("Ada Lovelace", width: 360, height: 740);
        await ada.EditAsync(document);
        await ada.Editor.PressSequentiallyAsync($"A short line\n{new string('w', 300)}");
        await ada.IsSavedAsync();
        await IsFitAsync(ada.Page);

        await ada.OpenAsync("/");
        await ada.Page.GetByRole(AriaRole.Link, new() { Name = "A rather long title" }).First.WaitForAsync();
        await IsFitAsync(ada.Page);
    }

    [Fact]
    public async Task Coming_and_going_and_lost_connections_are_announced()
    {
        var document = await fixture.CreateAsync("text", "Announced");
        await using var ada = await fixture.NewWriterAsync("Ada Lovelace");
        await ada.EditAsync(document);
        var announced = ada.Page.Locator("#announce");
        await using (var grace = await fixture.NewWriterAsync("Grace Hopper"))
        {
            await grace.EditAsync(document);
            await announced.Filter(new() { HasText = "Grace Hopper is here" }).WaitForAsync(new() { State = WaitForSelectorState.Attached });
            await grace.Page.GetByRole(AriaRole.Link, new() { Name = "All documents" }).ClickAsync();
            await announced.Filter(new() { HasText = "Grace Hopper has left" }).WaitForAsync(new() { State = WaitForSelectorState.Attached });
        }
        await ada.Context.SetOfflineAsync(true);
        await announced.Filter(new() { HasText = "Your edits are kept" }).WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await ada.Context.SetOfflineAsync(false);
        await announced.Filter(new() { HasText = "Live again" }).WaitForAsync(new() { State = WaitForSelectorState.Attached });
    }

    [Fact]
    public async Task A_new_name_shows_at_the_others()
    {
        var document = await fixture.CreateAsync("text", "Names");
        await using var ada = await fixture.NewWriterAsync("Ada Lovelace");
        await using var grace = await fixture.NewWriterAsync("Grace Hopper");
        await ada.EditAsync(document);
        await grace.EditAsync(document);
        await ada.Page.GetByRole(AriaRole.Button, new() { Name = "You are Ada Lovelace" }).ClickAsync();
        await ada.Page.GetByLabel("Your name, as others see it").FillAsync("Augusta King");
        await ada.Page.Keyboard.PressAsync("Enter");
        await grace.Page.GetByRole(AriaRole.Button, new() { Name = "Augusta King. Go to their place" }).WaitForAsync();
    }

    [Fact]
    public async Task A_document_that_is_not_there_can_be_created()
    {
        var id = $"not-there-{Guid.NewGuid():N}";
        await using var ada = await fixture.NewWriterAsync("Ada Lovelace");
        await ada.OpenAsync($"/d/{id}");
        await ada.Page.GetByRole(AriaRole.Heading, new() { Name = "This page is not written yet" }).WaitForAsync();
        await ada.Page.GetByRole(AriaRole.Button, new() { Name = "Create it as text" }).ClickAsync();
        await ada.Editor.WaitForAsync();
        await ada.Editor.PressSequentiallyAsync("now it is");
        Assert.Equal("now it is", await fixture.ConvergeAsync(id, ada));
    }

    private static async Task IsFitAsync(IPage page)
    {
        Assert.Equal(0, await page.EvaluateAsync<int>("() => Math.max(0, document.scrollingElement.scrollWidth - innerWidth)"));
        var nameless = await page.EvaluateAsync<string[]>(
            """
            () => [...document.querySelectorAll('button, a[href], input, [role=textbox], [contenteditable=true]')]
              .filter((control) => control.checkVisibility())
              .filter((control) => !(control.getAttribute('aria-label') || control.textContent.trim() || control.labels?.length))
              .map((control) => control.outerHTML.slice(0, 200))
            """);
        Assert.Empty(nameless);
    }
}
