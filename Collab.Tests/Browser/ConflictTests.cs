using Microsoft.Playwright;

namespace Collab.Tests.Browser;

[Collection(DemoFixture.Collection)]
public sealed class ConflictTests(DemoFixture fixture)
{
    [Theory]
    [InlineData("text")]
    [InlineData("richtext")]
    public async Task A_conflict_is_shown_where_it_happened(string kind)
    {
        var document = await fixture.CreateAsync(kind, "A conflict");
        await using var ada = await fixture.NewWriterAsync("Ada Lovelace");
        await using var grace = await fixture.NewWriterAsync("Grace Hopper");
        await ada.EditAsync(document);
        await grace.EditAsync(document);
        await MeetAtOnePlaceAsync(ada, "Adas", grace, "Graces");

        await ada.Page.Locator(".toast", new() { HasText = "You and Grace Hopper typed at the same place" }).WaitForAsync();
        await grace.Page.Locator(".toast", new() { HasText = "You and Ada Lovelace typed at the same place" }).WaitForAsync();
        await ada.Page.Locator(".conflict-mark").First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await fixture.ConvergeAsync(document, ada, grace);

        await ada.Page.GetByRole(AriaRole.Button, new() { Name = "Conflicts: " }).ClickAsync();
        var entry = ada.Page.Locator(".conflict-list button").First;
        Assert.Contains("Both stay, Grace Hopper’s first.", await entry.InnerTextAsync(), StringComparison.Ordinal);
        await entry.ClickAsync();
        await Eventually.IsTrue(async () => await ada.Page.EvaluateAsync<string>("() => getSelection().toString()") == "Adas", "what the conflict is about is selected");
    }

    [Fact]
    public async Task An_edit_that_a_strict_document_refuses_is_undone_explained_and_not_lost()
    {
        var document = await fixture.CreateAsync("text", "Contract", policy: "strict");
        await using var ada = await fixture.NewWriterAsync("Ada Lovelace");
        await using var grace = await fixture.NewWriterAsync("Grace Hopper");
        await ada.EditAsync(document);
        await grace.EditAsync(document);
        await MeetAtOnePlaceAsync(ada, "a sentence of mine", grace, "hers");

        var toast = ada.Page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "Your last edit was undone" });
        await toast.WaitForAsync();
        Assert.Contains("a sentence of mine", await toast.InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal("hers", await fixture.ConvergeAsync(document, ada, grace));

        await toast.GetByRole(AriaRole.Button, new() { Name = "Copy the text" }).ClickAsync();
        await Eventually.IsTrue(
            async () => await ada.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()") == "a sentence of mine", "the lost text is in the clipboard");
    }

    /// <summary>The first types at the end while cut off, the second meanwhile; then the first comes back, and its edit is ordered after the other.</summary>
    private static async Task MeetAtOnePlaceAsync(Writer cutOff, string text, Writer there, string other)
    {
        await cutOff.Context.SetOfflineAsync(true);
        await cutOff.Page.Locator(".standing[data-status=offline]").WaitForAsync();
        await cutOff.Editor.PressSequentiallyAsync(text);
        await there.Editor.ClickAsync();
        await there.Page.Keyboard.TypeAsync(other);
        await there.IsSavedAsync();
        await cutOff.Context.SetOfflineAsync(false);
    }
}
