using Collab.Tests.Operations;
using Collab.Tests.Stress;
using Microsoft.Playwright;

namespace Collab.Tests.Browser;

/// <summary>Walks through the demo as the README shows it; with <c>COLLAB_WRITE_SCREENSHOTS=1</c> its pictures are written to <c>docs/images</c>.</summary>
[Collection(DemoFixture.Collection)]
public sealed class ScreenshotTests(DemoFixture fixture)
{
    private static readonly bool IsWriting = Environment.GetEnvironmentVariable("COLLAB_WRITE_SCREENSHOTS") == "1";

    private static readonly string[] Notes =
    [
        "Field notes, week 47", "",
        "The harbour was quiet until nine. Two boats came in against the tide, and nobody on the quay could say from where.", "",
        "- Count the gulls before the ferry leaves", "- Ask Grace about the tide table (the old one, from 1911)", "- Bring the good lens", "",
        "Later: the light on the water was the colour of pewter, and the wind had turned to the north-west.",
    ];

    [Fact]
    public async Task The_demo_looks_like_its_pictures()
    {
        var notes = await fixture.CreateAsync("text", "Field notes");
        var review = await fixture.CreateAsync("richtext", "The year in review");
        await fixture.CreateAsync("richtext", "Contract, second draft", policy: "strict");
        await using var ada = await fixture.NewWriterAsync("Ada Lovelace");
        await using var grace = await fixture.NewWriterAsync("Grace Hopper", isDark: true);

        await ada.EditAsync(notes);
        await grace.EditAsync(notes);
        await ada.Editor.ClickAsync();
        await PasteAsync(ada, string.Join('\n', Notes));
        await fixture.ConvergeAsync(notes, ada, grace);
        await MeetAsync(ada, grace);
        await grace.Page.Keyboard.PressAsync("Control+Home");
        await grace.Page.Keyboard.PressAsync("ArrowDown");
        await grace.Page.Keyboard.PressAsync("ArrowDown");
        for (var i = 0; i < 33; i++) await grace.Page.Keyboard.PressAsync("Shift+ArrowRight");
        await ada.Page.Locator(".remote-range").First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await ada.Page.Locator(".toast").First.WaitForAsync();
        await TakeAsync(ada.Page, "text-editor");

        await grace.CloseAsync();
        await grace.EditAsync(review);
        await WriteReviewAsync(grace);
        await using var phone = await fixture.NewWriterAsync("Wise Otter", width: 390, height: 780);
        await phone.EditAsync(review);
        await phone.Page.Locator(".ql-editor li").First.ClickAsync();
        await grace.Page.Locator(".remote-caret").First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await TakeAsync(grace.Page, "rich-text-editor-dark");
        await phone.Page.Locator(".remote-caret").First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await TakeAsync(phone.Page, "phone");

        await using var visitor = await fixture.NewWriterAsync("Calm Heron");
        await visitor.OpenAsync("/");
        await visitor.Page.GetByText("2 here").First.WaitForAsync();
        await TakeAsync(visitor.Page, "start-page");
    }

    [Fact]
    public async Task The_operators_page_looks_like_its_pictures()
    {
        await using var server = await DemoServer.StartAsync("--Collab:Limits:ConnectionsPerAddress", "1000");
        await using var load = await PageLoad.StartAsync(new Uri(server.Url));
        await using var wall = await fixture.NewWriterAsync("Wall", width: 1600, height: 1000, server: server);
        await using var night = await fixture.NewWriterAsync("Night shift", isDark: true, width: 1600, height: 1000, server: server);
        await using var phone = await fixture.NewWriterAsync("Phone", width: 390, height: 844, server: server);
        foreach (var viewer in (Writer[])[wall, night, phone])
        {
            await viewer.OpenAsync("/ops");
            await viewer.SeesAsync("#recent-conflicts tbody tr");
        }

        // Curves want some minutes; the test itself only that there are any.
        await load.RunAsync(TimeSpan.FromSeconds(IsWriting ? 150 : 5));
        await TakeAsync(wall.Page, "operations");
        await TakeAsync(night.Page, "operations-dark");
        await TakeAsync(phone.Page, "operations-phone");
        if (Environment.GetEnvironmentVariable("COLLAB_WHOLE_PAGES") is { Length: > 0 } folder)
        {
            foreach (var (viewer, name) in ((Writer, string)[])[(wall, "light"), (night, "dark"), (phone, "phone")])
                await viewer.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png"), FullPage = true });
        }
    }

    [Theory]
    [InlineData("typing", false)]
    [InlineData("conflict-heavy", true)]
    public async Task The_load_tests_report_looks_like_its_pictures(string scenario, bool isDark)
    {
        var folder = Directory.CreateTempSubdirectory("collab-pictures-");
        try
        {
            // A picture shows a run of the scenario's own length; the test itself wants only that there is one.
            string file = Path.Combine(folder.FullName, "report.html");
            await using var server = await DemoServer.StartAsync();
            await using var stress = StressProcess.Start(new Uri(server.Url), [scenario, "--seed", "7", "--linger", "0s", "--html", file, .. IsWriting ? Array.Empty<string>() : ["--duration", "2s"]]);
            int code = await stress.WhenEndedAsync();
            Assert.True(code == 0, $"It ended with {code}:\n{stress.Output}");
            var context = await fixture.NewContextAsync(isDark, 1280, 1560);
            var page = await context.NewPageAsync();
            await page.GotoAsync(new Uri(file).AbsoluteUri);
            await page.Locator("body[data-drawn]").WaitForAsync();
            await TakeAsync(page, $"load-test-{scenario}");
            await context.CloseAsync();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Both type after the list's second line, one of them cut off: a conflict.</summary>
    private static async Task MeetAsync(Writer ada, Writer grace)
    {
        foreach (var writer in (Writer[])[ada, grace])
        {
            await writer.Editor.ClickAsync();
            await writer.Page.Keyboard.PressAsync("Control+Home");
            for (var i = 0; i < 6; i++) await writer.Page.Keyboard.PressAsync("ArrowDown");
            await writer.Page.Keyboard.PressAsync("End");
        }
        await ada.Context.SetOfflineAsync(true);
        await ada.Page.Locator(".standing[data-status=offline]").WaitForAsync();
        await ada.Page.Keyboard.TypeAsync(", and the filters");
        await grace.Page.Keyboard.TypeAsync(" and the tripod");
        await grace.IsSavedAsync();
        await ada.Context.SetOfflineAsync(false);
        await ada.IsSavedAsync();
    }

    private static async Task WriteReviewAsync(Writer writer)
    {
        var keys = writer.Page.Keyboard;
        await writer.Editor.ClickAsync();
        await FormatAsync(writer, "Heading");
        await keys.TypeAsync("The year in review\n");
        await keys.TypeAsync("We began with four boats and a borrowed map. By autumn there were eleven, and the map was ours: ");
        await keys.PressAsync("Control+i");
        await keys.TypeAsync("every shoal of it");
        await keys.PressAsync("Control+i");
        await keys.TypeAsync(".\n");
        await FormatAsync(writer, "Subheading");
        await keys.TypeAsync("What is left to do\n");
        await FormatAsync(writer, "Checklist");
        await keys.TypeAsync("Print the tide table\nThank the harbour master, ");
        await keys.PressAsync("Control+b");
        await keys.TypeAsync("in writing");
        await keys.PressAsync("Control+b");
        await keys.TypeAsync("\nName the eleventh boat\n\n");
        await FormatAsync(writer, "Quotation");
        await keys.TypeAsync("Nobody on the quay could say from where they came.");
        await writer.IsSavedAsync();
    }

    private static Task FormatAsync(Writer writer, string tool) => writer.Page.GetByRole(AriaRole.Button, new() { Name = tool, Exact = true }).ClickAsync();

    private static async Task PasteAsync(Writer writer, string text)
    {
        await writer.Page.EvaluateAsync("text => navigator.clipboard.writeText(text)", text);
        await writer.Page.Keyboard.PressAsync("Control+v");
        await writer.IsSavedAsync();
    }

    private static async Task TakeAsync(IPage page, string name)
    {
        await page.EvaluateAsync("() => document.fonts.ready.then(() => undefined)");
        var picture = await PictureAsync(page);
        if (!IsWriting) return;
        var folder = Directory.CreateDirectory(Path.Combine(Repository.Root, "docs", "images"));
        await File.WriteAllBytesAsync(Path.Combine(folder.FullName, $"{name}.png"), picture);
    }
    /// <summary>Chromium gives a picture up when no frame has come in time, which a busy machine's next one may be.</summary>
    private static async Task<byte[]> PictureAsync(IPage page)
    {
        for (int failures = 0; ; failures++)
        {
            try
            {
                return await page.ScreenshotAsync(new() { Animations = ScreenshotAnimations.Allow });
            }
            catch (PlaywrightException failure) when (failures < 3 && failure.Message.Contains("Unable to capture screenshot", StringComparison.Ordinal))
            {
                await Task.Delay(TimeSpan.FromSeconds(1));
            }
        }
    }
}
