using System.Net.Http.Json;
using System.Text.Json;
using Collab.Tests.EndToEnd;
using Collab.Tests.Web.Security;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Collab.Tests.Browser;

/// <summary>The live page of those who run the system, as a browser shows it.</summary>
[Collection(DemoFixture.Collection)]
public sealed class OperatorsPageTests(DemoFixture fixture)
{
    [Fact]
    public async Task It_shows_what_the_metrics_say_and_each_conflict_by_kind()
    {
        await using var server = await DemoServer.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(server.Url) };
        await using var ada = await fixture.NewWriterAsync("Ada Lovelace", server: server);
        await using var grace = await fixture.NewWriterAsync("Grace Hopper", server: server);
        await using var night = await fixture.NewWriterAsync("Night shift", server: server);
        await night.OpenAsync("/ops");
        string shared = await http.CreateAsync("text", "Shared");
        await ada.EditAsync(shared);
        await grace.EditAsync(shared);
        await ada.Editor.PressSequentiallyAsync("what Ada types");
        await ada.IsSavedAsync();

        var meetings = new Meetings(http);
        var documents = new Dictionary<string, string> { ["text"] = await meetings.StartAsync("text", "Text"), ["richtext"] = await meetings.StartAsync("richtext", "Rich") };
        int times = 0;
        foreach (var (kind, form) in Meetings.Kinds)
        {
            times++;
            for (int i = 0; i < times; i++)
                await meetings.MeetAsync(documents[form], kind);
        }

        // Every kind and resolution, as many as /metrics counts since the server started.
        var scrape = await Scrape.OfAsync(new Uri(server.Url));
        times = 0;
        foreach (string kind in Meetings.Kinds.Keys)
        {
            times++;
            await night.Page.Locator($"#resolutions tr[data-kind={kind}]").First.WaitForAsync();
            int shown = 0;
            await Eventually.IsTrue(async () => (shown = await CountAsync(night.Page, kind)) >= times, $"the page counts {times} conflicts {kind}");
            Assert.Equal(times, shown);
            Assert.Equal(times, scrape.Sum("collab_conflicts_total", $"kind=\"{kind}\""));
            await Expect(night.Page.Locator($"#conflicts li[data-series='conflicts.{kind}']")).ToContainTextAsync($"{times} in 15 min", new() { UseInnerText = true });
        }

        // Who against whom, and where, and no word of what they wrote.
        var newest = night.Page.Locator($"#recent-conflicts tr[data-kind=format_on_deleted][data-document='{documents["richtext"]}']").First;
        await newest.WaitForAsync();
        string row = await newest.InnerTextAsync();
        Assert.Contains("dropped", row, StringComparison.Ordinal);
        Assert.Contains("api-seco", row, StringComparison.Ordinal);
        Assert.Contains("api-firs", row, StringComparison.Ordinal);
        await night.Page.Locator($"#documents tr[data-document='{shared}']").WaitForAsync();
        Assert.DoesNotContain(Meetings.Secret, await night.Page.ContentAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(Meetings.Secret, await http.GetStringAsync("/operations/live"), StringComparison.Ordinal);

        // Once all is quiet, the sums are the same.
        await Eventually.IsTrue(async () =>
        {
            scrape = await Scrape.OfAsync(new Uri(server.Url));
            var live = await http.GetFromJsonAsync<JsonElement>("/operations/live");
            return Enumerable.All(["applied", "rebased", "duplicate", "rejected"], outcome =>
                    live.GetProperty("counts").GetProperty("operations").GetProperty(outcome).GetDouble() == scrape.Sum("collab_operations_total", $"outcome=\"{outcome}\""))
                && Last(live, "sessions") == scrape.Sum("collab_active_sessions") && Last(live, "connections") == scrape.Sum("collab_websocket_active_connections");
        }, "/operations/live says what /metrics says");
        await night.Page.Locator("[data-tile=Sessions] strong", new() { HasText = "2" }).WaitForAsync();
        await night.Page.Locator("[data-tile=Hosts] strong", new() { HasText = "1/1" }).WaitForAsync();
        await night.Page.Locator("#breakers tr[data-breaker=log-append][data-state=closed]").WaitForAsync();
        // What was slow, and when, stays in the chart; clients tell every 10 s how long edits took them.
        await Eventually.IsTrue(async () =>
        {
            await ada.Editor.PressSequentiallyAsync("x");
            var charts = (await http.GetFromJsonAsync<JsonElement>("/operations/live")).GetProperty("charts");
            return Enumerable.All(["propagation", "commit"], what => charts.GetProperty(what).GetProperty("p95").EnumerateArray().Any(value => value.ValueKind == JsonValueKind.Number && value.GetDouble() > 0));
        }, "the page draws how long edits take");
        Assert.Equal("live", await night.Page.Locator(".freshness").GetAttributeAsync("data-state"));
    }

    [Fact]
    public async Task An_open_breaker_is_said_and_what_is_old_is_called_stale_until_the_server_is_back()
    {
        await using var server = await DemoServer.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(server.Url) };
        await using var night = await fixture.NewWriterAsync("Night shift", server: server);
        await using var ada = await fixture.NewWriterAsync("Ada Lovelace", server: server);
        await night.OpenAsync("/ops");
        await night.Page.Locator(".all-well").WaitForAsync();
        await ada.EditAsync(await http.CreateAsync("text", "Shared"));

        using (LockOut(server.Database))
        {
            // The commit journal goes on for a moment: what opens the breaker is what comes when the tables have failed.
            var hint = night.Page.Locator("[data-alert=CollabBreakerOpen]");
            await Eventually.IsTrue(
                async () =>
                {
                    await ada.Editor.PressSequentiallyAsync("typed while the log is away ");
                    await Task.Delay(500);
                    return await hint.IsVisibleAsync();
                },
                "the operator is told of the open breaker");
            await Expect(hint).ToContainTextAsync("log-append", new() { UseInnerText = true });
            await Expect(hint).ToContainTextAsync("Critical", new() { UseInnerText = true });
            await night.Page.Locator("#breakers tr[data-breaker=log-append] .state:not([data-state=closed])").WaitForAsync();
        }

        await ada.IsSavedAsync();
        await night.Page.Locator("#breakers tr[data-breaker=log-append][data-state=closed]").WaitForAsync();
        await night.Page.Locator("[data-alert=CollabBreakerOpen]").WaitForAsync(new() { State = WaitForSelectorState.Detached });

        await server.StopAsync();
        await night.Page.Locator(".freshness[data-state=stale]").WaitForAsync(new() { Timeout = 120_000 });
        Assert.Contains("old", await night.Page.Locator(".freshness").InnerTextAsync(), StringComparison.Ordinal);
        await server.StartAgainAsync();
        await night.Page.Locator(".freshness[data-state=live]").WaitForAsync(new() { Timeout = 120_000 });
        // It is the same page, nobody has loaded it again, and what it showed before is still there.
        await night.Page.Locator("[data-tile=Hosts] strong", new() { HasText = "1/1" }).WaitForAsync();
    }

    [Fact]
    public async Task Nobody_sees_anything_without_an_operators_key_which_is_kept_for_the_tab()
    {
        string key = Credentials.NewKey();
        await using var server = await DemoServer.StartAsync(
            "--Collab:Access:Anonymous", "none", "--Collab:Access:ApiKeys:1:Name", "night-shift", "--Collab:Access:ApiKeys:1:Hash", Credentials.Hash(key), "--Collab:Access:ApiKeys:1:Role", "none", "--Collab:Access:ApiKeys:1:IsOperator", "true");
        await using var night = await fixture.NewWriterAsync("Night shift", server: server);
        var page = await night.OpenAsync("/ops");
        var addresses = new List<string>();
        page.Request += (_, request) => addresses.Add(request.Url);
        var input = page.GetByLabel("API key or access token");
        await input.WaitForAsync();
        Assert.Equal(0, await page.Locator(".board").CountAsync());

        await SignInAsync(Credentials.NewKey());
        await page.GetByText("does not know this key or token").WaitForAsync();
        await SignInAsync("not a key");
        await page.GetByText("have no spaces").WaitForAsync();
        await SignInAsync("CfDJ8-something-like-a-token");
        await page.GetByText("does not know this key or token").WaitForAsync();
        await SignInAsync(server.ApiKey);
        await page.GetByText("it is not an operator’s").WaitForAsync();
        await SignInAsync(key);
        await page.Locator("[data-tile=Hosts] strong", new() { HasText = "1/1" }).WaitForAsync();

        await page.ReloadAsync();
        await page.Locator(".board").WaitForAsync();
        Assert.DoesNotContain(addresses, address => address.Contains(key, StringComparison.Ordinal));
        Assert.DoesNotContain(key, await page.EvaluateAsync<string>("() => JSON.stringify(localStorage) + document.cookie"), StringComparison.Ordinal);
        Assert.Contains(key, await page.EvaluateAsync<string>("() => JSON.stringify(sessionStorage)"), StringComparison.Ordinal);

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await input.WaitForAsync();
        Assert.DoesNotContain(key, await page.EvaluateAsync<string>("() => JSON.stringify(sessionStorage)"), StringComparison.Ordinal);

        async Task SignInAsync(string pasted)
        {
            await input.FillAsync(pasted);
            await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        }
    }

    [Fact]
    public async Task A_hidden_tab_asks_nothing_and_asks_again_as_soon_as_it_is_seen()
    {
        await using var night = await fixture.NewWriterAsync("Night shift");
        var page = await night.OpenAsync("/ops");
        await page.Locator(".board").WaitForAsync();
        int asked = 0;
        page.Request += (_, request) => asked += request.Url.Contains("/operations/live", StringComparison.Ordinal) ? 1 : 0;
        await Eventually.IsTrue(() => asked > 0, "the page asks again and again");

        await SetHiddenAsync(true);
        int before = asked;
        // The page's own clock: two periods in which it would have asked.
        await page.EvaluateAsync("() => new Promise((resolve) => setTimeout(resolve, 5000))");
        Assert.Equal(before, asked);
        await SetHiddenAsync(false);
        await Eventually.IsTrue(() => asked > before, "the page asks again");

        Task SetHiddenAsync(bool isHidden) => page.EvaluateAsync(
            "(isHidden) => { Object.defineProperty(document, 'hidden', { configurable: true, get: () => isHidden }); document.dispatchEvent(new Event('visibilitychange')); }", isHidden);
    }

    [Theory]
    [InlineData(360, false)]
    [InlineData(820, true)]
    [InlineData(1440, false)]
    public async Task Nothing_is_wider_than_the_screen_and_everything_has_a_name(int width, bool isDark)
    {
        await using var night = await fixture.NewWriterAsync("Night shift", isDark, width, 780);
        var meetings = new Meetings(fixture.Http);
        await meetings.MeetAsync(await meetings.StartAsync("text", "Text"), "concurrent_insert");
        var page = await night.OpenAsync("/ops");
        await page.Locator("#hosts tbody tr").First.WaitForAsync();
        await page.Locator("#conflicts .u-wrap canvas").WaitForAsync();
        Assert.Equal(width, await page.EvaluateAsync<int>("() => Math.max(document.documentElement.scrollWidth, innerWidth)"));
        Assert.Equal(0, await page.Locator("main").EvaluateAsync<int>("(main) => [...main.querySelectorAll('button, a, [role=region]')].filter((each) => !each.textContent.trim() && !each.ariaLabel && !each.getAttribute('aria-labelledby')).length"));
        // Every chart says in words what it draws.
        foreach (string chart in (string[])["conflicts", "operations", "latency", "people", "log"])
            Assert.NotEqual(0, await page.Locator($"#{chart} .legend li b").CountAsync());
    }

    private static async Task<int> CountAsync(IPage page, string kind) => await page.Locator("#resolutions").EvaluateAsync<int>(
        "(card, kind) => [...card.querySelectorAll(`tr[data-kind=${kind}] td:last-child`)].reduce((sum, cell) => sum + Number(cell.textContent), 0)", kind);

    private static double? Last(JsonElement live, string chart) => live.GetProperty("charts").GetProperty(chart).EnumerateArray().Last() is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null;

    /// <summary>Holds the file's lock for writing until it is disposed.</summary>
    private static SqliteConnection LockOut(string database)
    {
        var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        using var begin = connection.CreateCommand();
        begin.CommandText = "BEGIN IMMEDIATE";
        begin.ExecuteNonQuery();
        return connection;
    }
}
