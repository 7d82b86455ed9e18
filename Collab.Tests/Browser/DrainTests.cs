using Microsoft.Playwright;

namespace Collab.Tests.Browser;

/// <summary>The server is replaced while people type.</summary>
[Collection(DemoFixture.Collection)]
public sealed class DrainTests(DemoFixture fixture)
{
    [Fact]
    public async Task Nobody_loses_a_letter_when_the_server_is_replaced_while_they_type()
    {
        await using var server = await DemoServer.StartAsync("--Collab:Delivery:DrainPeriod", "00:00:00.5");
        using var http = new HttpClient { BaseAddress = new Uri(server.Url) };
        var text = await http.CreateAsync("text", "Rolling");
        var rich = await http.CreateAsync("richtext", "Rolling, too");
        await using var ada = await fixture.NewWriterAsync("Ada Lovelace", server: server);
        await using var grace = await fixture.NewWriterAsync("Grace Hopper", server: server);
        await using var joan = await fixture.NewWriterAsync("Joan Clarke", server: server);
        await ada.EditAsync(text);
        await grace.EditAsync(text);
        await joan.EditAsync(rich);
        Writer[] writers = [ada, grace, joan];
        foreach (var writer in writers) await writer.WatchStatusAsync();

        bool isOver = false;
        var typed = writers.Select((writer, i) => TypeAsync(writer, (char)('a' + i), () => isOver)).ToArray();
        for (int roll = 0; roll < 2; roll++)
        {
            await Eventually.IsTrue(async () => await LengthAsync(text) > 20 * (roll + 1), "what is typed arrives");
            await server.RestartAsync();
        }

        await Eventually.IsTrue(async () => await LengthAsync(rich) > 20, "what is typed arrives at the last server");
        isOver = true;
        int[] letters = await Task.WhenAll(typed);

        var both = await http.ConvergeAsync(text, ada, grace);
        Assert.Equal((letters[0], letters[1]), (both.Count(letter => letter == 'a'), both.Count(letter => letter == 'b')));
        Assert.Equal(new string('c', letters[2]), await http.ConvergeAsync(rich, joan));
        foreach (var writer in writers)
        {
            Assert.DoesNotContain("closed", await writer.StatusesAsync());
            await writer.Strip.WaitForAsync(new() { State = WaitForSelectorState.Hidden });
        }

        // A server that has just come up may not answer yet.
        async Task<int> LengthAsync(string document)
        {
            try
            {
                return (await http.TextAsync(document)).Length;
            }
            catch (HttpRequestException)
            {
                return 0;
            }
        }
    }

    /// <summary>Types the same letter until it is over; returns how many.</summary>
    private static async Task<int> TypeAsync(Writer writer, char letter, Func<bool> isOver)
    {
        await writer.Editor.ClickAsync();
        int typed = 0;
        for (; !isOver(); typed++)
            await writer.Page.Keyboard.TypeAsync($"{letter}", new() { Delay = 40 });
        return typed;
    }
}
