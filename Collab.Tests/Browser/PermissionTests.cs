using System.Diagnostics;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace Collab.Tests.Browser;

/// <summary>What somebody may do changes while they type.</summary>
[Collection(DemoFixture.Collection)]
public sealed class PermissionTests(DemoFixture fixture, ITestOutputHelper output)
{
    [Theory]
    [InlineData("text")]
    [InlineData("richtext")]
    public async Task A_page_that_may_only_read_from_now_on_loses_nothing_that_was_typed(string kind)
    {
        var document = await fixture.CreateAsync(kind, "Permissions");
        var subject = $"ada-{Guid.NewGuid():N}";
        await using var ada = await fixture.NewWriterAsync("Nobody asks", token: () => fixture.TokenAsync(subject, "Ada Lovelace"));
        await using var grace = await fixture.NewWriterAsync("Grace Hopper");
        await ada.EditAsync(document);
        await grace.EditAsync(document);
        // The name is the token's.
        await grace.Page.GetByRole(AriaRole.Button, new() { Name = "Ada Lovelace. Go to their place" }).WaitForAsync();
        await ada.Editor.PressSequentiallyAsync("before ");
        await ada.IsSavedAsync();

        // In the middle of typing. Keys that come after the editor has become read-only change nothing, also to see.
        var typing = ada.Editor.PressSequentiallyAsync(new string('x', 200), new() { Delay = 10 });
        await Eventually.IsTrue(async () => (await fixture.TextAsync(document)).Contains('x', StringComparison.Ordinal), "some of it has arrived");
        var watch = Stopwatch.StartNew();
        await fixture.GrantAsync(document, subject, "viewer");
        await ada.Page.Locator(".standing[data-role=viewer]").WaitForAsync();
        await ada.Page.Locator("[aria-readonly=true]").WaitForAsync();
        output.WriteLine($"The page could only read {watch.ElapsedMilliseconds} ms after the change was asked for.");
        await typing;
        var shown = await ada.TextAsync();

        await fixture.GrantAsync(document, subject, "editor");
        await ada.Page.Locator(".standing[data-role=editor]").WaitForAsync();
        Assert.Equal(shown, await fixture.ConvergeAsync(document, ada, grace));
        Assert.StartsWith("before x", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Edits_that_come_too_late_are_held_told_and_sent_when_the_role_is_back()
    {
        var (document, subject, ada) = await HoldAsync("Held");
        await using var _ = ada;
        Assert.Equal("first", await fixture.TextAsync(document));
        Assert.Equal("first, then offline", await ada.TextAsync());
        await ada.Page.GetByText("View only", new() { Exact = true }).WaitForAsync();
        await ada.Strip.GetByText("You added 14 characters, which the others do not have").WaitForAsync();
        await ada.Strip.GetByRole(AriaRole.Button, new() { Name = "Copy the text" }).ClickAsync();
        await Eventually.IsTrue(async () => await ada.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()") == ", then offline", "the held text is in the clipboard");

        // They survive the tab, too.
        await ada.CloseAsync();
        await ada.OpenAsync($"/d/{document}");
        await ada.Page.Locator(".standing[data-held=true]").WaitForAsync();
        await fixture.GrantAsync(document, subject, "editor");
        Assert.Equal("first, then offline", await fixture.ConvergeAsync(document, ada));
        await ada.Strip.WaitForAsync(new() { State = WaitForSelectorState.Hidden });
    }

    [Fact]
    public async Task Held_edits_can_be_discarded()
    {
        var (document, subject, ada) = await HoldAsync("Discarded");
        await using var _ = ada;
        await ada.Strip.GetByRole(AriaRole.Button, new() { Name = "Discard" }).ClickAsync();
        await Eventually.IsTrue(async () => await ada.TextAsync() == "first", "the page shows the document without them");
        await fixture.GrantAsync(document, subject, "editor");
        await ada.Page.Locator(".standing[data-role=editor]").WaitForAsync();
        Assert.Equal("first", await fixture.ConvergeAsync(document, ada));
    }

    [Fact]
    public async Task Who_is_removed_is_told_and_may_keep_what_was_typed()
    {
        var (document, _, ada) = await HoldAsync("Removed");
        await using var _ = ada;
        var session = (await fixture.SessionsAsync(document)).Keys.Single();
        (await fixture.Http.DeleteAsync($"/api/documents/{document}/sessions/{session}")).EnsureSuccessStatusCode();
        await ada.Strip.GetByText("You were removed from this document.").WaitForAsync();
        await ada.Strip.GetByText("They are kept on this device").WaitForAsync();
        await ada.Page.Locator("[aria-readonly=true]").WaitForAsync();
        Assert.Equal("first, then offline", await ada.TextAsync());
        await ada.Strip.GetByRole(AriaRole.Button, new() { Name = "Enter again" }).ClickAsync();
        await ada.Page.Locator(".standing[data-status=live][data-held=true]").WaitForAsync();
        Assert.Equal("first, then offline", await ada.TextAsync());
    }

    /// <summary>A page whose person may only read by the time that their edits come.</summary>
    private async Task<(string Document, string Subject, Writer Ada)> HoldAsync(string title)
    {
        var document = await fixture.CreateAsync("text", title);
        var subject = $"ada-{Guid.NewGuid():N}";
        var ada = await fixture.NewWriterAsync("Nobody asks", token: () => fixture.TokenAsync(subject, "Ada Lovelace"));
        await ada.EditAsync(document);
        await ada.Editor.PressSequentiallyAsync("first");
        await ada.IsSavedAsync();
        await ada.Context.SetOfflineAsync(true);
        await ada.Page.Locator(".standing[data-status=offline]").WaitForAsync();
        await ada.Page.Keyboard.TypeAsync(", then offline");
        await fixture.GrantAsync(document, subject, "viewer");
        await ada.Context.SetOfflineAsync(false);
        await ada.Page.Locator(".standing[data-status=live][data-held=true]").WaitForAsync();
        return (document, subject, ada);
    }
}
