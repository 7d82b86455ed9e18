namespace Collab.Tests.Browser;

[Collection(DemoFixture.Collection)]
public sealed class TypingTests(DemoFixture fixture)
{
    [Fact]
    public async Task Two_pages_typing_at_once_into_text_converge()
    {
        var document = await fixture.CreateAsync("text", "Field notes");
        await using var ada = await fixture.NewWriterAsync("Ada Lovelace");
        await using var grace = await fixture.NewWriterAsync("Grace Hopper");
        await ada.EditAsync(document);
        await grace.EditAsync(document);
        await ada.Editor.PressSequentiallyAsync("Top\n\nBottom");
        await fixture.ConvergeAsync(document, ada, grace);

        await ada.Page.Keyboard.PressAsync("Control+Home");
        await grace.Editor.ClickAsync();
        await grace.Page.Keyboard.PressAsync("Control+End");
        await Task.WhenAll(
            ada.Page.Keyboard.TypeAsync("The harbour was quiet until nine. 🛥️ ", new() { Delay = 15 }),
            grace.Page.Keyboard.TypeAsync(", said nobody, as the tide came in.", new() { Delay = 15 }));

        Assert.Equal("The harbour was quiet until nine. 🛥️ Top\n\nBottom, said nobody, as the tide came in.", await fixture.ConvergeAsync(document, ada, grace));
    }

    [Fact]
    public async Task Two_pages_typing_at_one_place_keep_every_character()
    {
        var document = await fixture.CreateAsync("text", "One place");
        await using var ada = await fixture.NewWriterAsync("Ada Lovelace");
        await using var grace = await fixture.NewWriterAsync("Grace Hopper");
        await ada.EditAsync(document);
        await grace.EditAsync(document);

        await Task.WhenAll(
            ada.Editor.PressSequentiallyAsync(new string('a', 60), new() { Delay = 10 }),
            grace.Editor.PressSequentiallyAsync(new string('g', 60), new() { Delay = 10 }));

        var text = await fixture.ConvergeAsync(document, ada, grace);
        Assert.Equal((60, 60, 120), (text.Count(c => c == 'a'), text.Count(c => c == 'g'), text.Length));
    }

    [Fact]
    public async Task Two_pages_typing_at_once_into_rich_text_converge_with_their_formats()
    {
        var document = await fixture.CreateAsync("richtext", "The year in review");
        await using var ada = await fixture.NewWriterAsync("Ada Lovelace");
        await using var grace = await fixture.NewWriterAsync("Grace Hopper");
        await ada.EditAsync(document);
        await grace.EditAsync(document);
        await ada.Editor.PressSequentiallyAsync("Title\nBody");
        await fixture.ConvergeAsync(document, ada, grace);

        await grace.Editor.ClickAsync();
        await grace.Page.Keyboard.PressAsync("Control+End");
        await ada.Page.Keyboard.PressAsync("Control+Home");
        await ada.Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Heading", Exact = true }).ClickAsync();
        await Task.WhenAll(TypeBoldAsync(ada, "Our "), TypeBoldAsync(grace, " of evidence"));

        Assert.Equal("Our Title\nBody of evidence", await fixture.ConvergeAsync(document, ada, grace));
        await Eventually.IsTrue(async () => await ada.MarkupAsync() == await grace.MarkupAsync(), "both pages show the same formats");
        var markup = await ada.MarkupAsync();
        Assert.Contains("<h1><strong>Our </strong>Title</h1>", markup, StringComparison.Ordinal);
        Assert.Contains("Body<strong> of evidence</strong>", markup, StringComparison.Ordinal);

        static async Task TypeBoldAsync(Writer writer, string text)
        {
            await writer.Page.Keyboard.PressAsync("Control+b");
            await writer.Page.Keyboard.TypeAsync(text, new() { Delay = 15 });
        }
    }

    [Theory]
    [InlineData("text")]
    [InlineData("richtext")]
    public async Task Undo_takes_back_only_what_its_own_page_did(string kind)
    {
        var document = await fixture.CreateAsync(kind, "Undo");
        await using var ada = await fixture.NewWriterAsync("Ada Lovelace");
        await using var grace = await fixture.NewWriterAsync("Grace Hopper");
        await ada.EditAsync(document);
        await grace.EditAsync(document);
        await ada.Editor.PressSequentiallyAsync("mine ");
        await fixture.ConvergeAsync(document, ada, grace);
        await grace.Editor.ClickAsync();
        await grace.Page.Keyboard.PressAsync("Control+End");
        await grace.Page.Keyboard.TypeAsync("hers");
        Assert.Equal("mine hers", await fixture.ConvergeAsync(document, ada, grace));

        await ada.Page.Keyboard.PressAsync("Control+z");
        await Eventually.IsTrue(async () => await fixture.TextAsync(document) == "hers", "Ada's undo takes back her word and leaves Grace's");
        Assert.Equal("hers", await fixture.ConvergeAsync(document, ada, grace));

        await ada.Page.Keyboard.PressAsync("Control+Shift+z");
        await Eventually.IsTrue(async () => await fixture.TextAsync(document) == "mine hers", "her redo brings it back to its place");
    }

    [Theory]
    [InlineData("text")]
    [InlineData("richtext")]
    public async Task A_word_being_composed_survives_what_others_type(string kind)
    {
        var document = await fixture.CreateAsync(kind, "Composition");
        await using var ada = await fixture.NewWriterAsync("Ada Lovelace");
        await using var grace = await fixture.NewWriterAsync("Grace Hopper");
        await ada.EditAsync(document);
        await grace.EditAsync(document);
        await ada.Editor.PressSequentiallyAsync("start ");
        await fixture.ConvergeAsync(document, ada, grace);

        var input = await ada.Context.NewCDPSessionAsync(ada.Page);
        await ComposeAsync("に");
        await ComposeAsync("にほ");
        await grace.Editor.ClickAsync();
        await grace.Page.Keyboard.PressAsync("Control+Home");
        await grace.Page.Keyboard.TypeAsync("before ");
        await grace.IsSavedAsync();
        await ComposeAsync("にほん");
        await input.SendAsync("Input.insertText", new() { ["text"] = "日本" });

        await Eventually.IsTrue(async () => await fixture.TextAsync(document) == "before start 日本", "the composed word is there once, and so is what Grace typed");
        await fixture.ConvergeAsync(document, ada, grace);

        Task ComposeAsync(string text) => input.SendAsync(
            "Input.imeSetComposition", new() { ["text"] = text, ["selectionStart"] = text.Length, ["selectionEnd"] = text.Length });
    }

    [Theory]
    [InlineData("text")]
    [InlineData("richtext")]
    public async Task A_paste_of_200_kB_arrives_whole(string kind)
    {
        var document = await fixture.CreateAsync(kind, "A long paste");
        await using var ada = await fixture.NewWriterAsync("Ada Lovelace");
        await ada.EditAsync(document);
        var text = string.Join('\n', Enumerable.Range(1, 3400).Select(line => $"Line {line}: the light on the water was the colour of pewter."));
        Assert.InRange(text.Length, 200_000, 220_000);

        await ada.Editor.ClickAsync();
        await ada.Page.EvaluateAsync("text => navigator.clipboard.writeText(text)", text);
        await ada.Page.Keyboard.PressAsync("Control+v");

        await Eventually.IsTrue(async () => await fixture.TextAsync(document) == text, "the server has the whole paste");
        await ada.IsSavedAsync();
        await using var grace = await fixture.NewWriterAsync("Grace Hopper");
        await grace.EditAsync(document);
        await grace.Page.GetByText("Line 1: the light").WaitForAsync();
        await grace.Editor.ClickAsync(new() { Position = new() { X = 300, Y = 120 } });
        await grace.Page.Keyboard.PressAsync("Control+End");
        await grace.Page.GetByText("Line 3400: the light").WaitForAsync();
    }
}
