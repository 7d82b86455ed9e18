using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Collab.Client;
using Collab.Client.Documents;
using Collab.Operations.Deltas;
using Microsoft.Data.Sqlite;

namespace Collab.Tests.EndToEnd;

/// <summary>The real server with its default pipelines, and a SQLite file that somebody else holds locked: nothing can be written, reading goes on.</summary>
public sealed class SickLogTests : IAsyncLifetime
{
    private readonly HttpClient _http = new();
    private ServerProcess _server = null!;

    public async Task InitializeAsync()
    {
        _server = await ServerProcess.StartAsync();
        _http.BaseAddress = _server.Url;
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_log_that_is_away_is_a_pause_that_heals_by_itself()
    {
        await using var anna = new CollabClient(_server.Url, new CollabClientOptions { Name = "Anna" });
        await using var ben = new CollabClient(_server.Url, new CollabClientOptions { Name = "Ben" });
        await anna.CreateAsync("d");
        await anna.CreateAsync("quiet");
        var left = await anna.OpenAsync("d");
        var right = await ben.OpenAsync("d");
        await left.ReplaceAsync(0, 0, "before.");
        await Eventually.IsTrue(() => right.Revision == 1, "Ben has what Anna typed");

        var sequence = 0;
        using (LockOut())
        {
            // What comes first goes into the commit journal, and is acknowledged. Once that can't be brought into the file, a caller of the API is told within seconds, and when to come back.
            (HttpStatusCode Status, TimeSpan? RetryAfter, string? Reason) told = default;
            await Eventually.IsTrue(async () => (told = await SubmitAsync("quiet", ++sequence)).Status == HttpStatusCode.ServiceUnavailable, "an edit is refused");
            var (status, retryAfter, reason) = told;
            Append(left, "A");
            Append(right, "B");
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "storage_unavailable"), (status, reason));
            Assert.InRange(retryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));

            // What is in memory is read, and people see each other.
            using var api = new Api(_server.Url);
            Assert.Equal("before.", await api.TextAsync("d"));
            Assert.Equal(1, await api.HeadAsync("d"));
            left.ShowPresence(new Selection(2, 4));
            await Eventually.IsTrue(() => right.Others.Any(other => other.Name == "Anna" && other.Selection == new Selection(2, 4)), "Ben sees where Anna is");
            Assert.Equal((DocumentPhase.Live, DocumentPhase.Live), (left.Phase, right.Phase));

            await Eventually.IsTrue(async () => await MetricAsync("collab_circuit_breaker_state{breaker=\"log-append\"}") == 2, "the breaker is open");
            Assert.True(await MetricAsync("collab_circuit_breaker_trips_total{breaker=\"log-append\"}") >= 1);
            Assert.True(await MetricAsync("collab_resilience_events_total{pipeline=\"log-append\",event=\"retry\"}") >= 1);
            Assert.Equal(0, await MetricAsync("collab_circuit_breaker_state{breaker=\"log-read\"}"));

            // What is typed meanwhile is kept. A client that comes now waits for its turn.
            for (int i = 0; i < 5; i++)
            {
                Append(left, "a");
                Append(right, "b");
            }

            Assert.False(left.IsSaved || right.IsSaved);
            Assert.Equal("before.", await api.TextAsync("d"));
        }

        // Nobody restarts anything.
        await Task.WhenAll(left.WhenSavedAsync(), right.WhenSavedAsync()).WaitAsync(TimeSpan.FromSeconds(60));
        await Eventually.IsTrue(() => left.Content.ToString() == right.Content.ToString(), "both see the same");
        await Eventually.IsTrue(async () => await MetricAsync("collab_circuit_breaker_state{breaker=\"log-append\"}") == 0, "the breaker is closed");
        await Eventually.IsTrue(async () => (await SubmitAsync("quiet", sequence)).Status == HttpStatusCode.OK, "the other document takes edits again");
        using var after = new Api(_server.Url);
        var (text, operations) = await after.ReplayAsync("d");
        Assert.Equal(left.Content.ToString(), text);
        Assert.Equal("before.AaaaaaBbbbbb".Order(), text.Order());
        Assert.Equal(operations.Count, operations.Distinct().Count());
        Assert.Contains("The breaker of log-append opened for 2 s", _server.Log);
        Assert.Contains("The breaker of log-append closed", _server.Log);
        // The document lived through it: nobody had to load it again.
        Assert.Equal(1, (await after.GetAsync("api/documents/d")).GetProperty("epoch").GetInt64());
    }

    [Fact]
    public async Task A_document_that_is_not_loaded_is_refused_while_the_log_is_away_and_opens_by_itself_afterwards()
    {
        // Gone before the server is: coming back, she would have the document loaded.
        await using (var anna = new CollabClient(_server.Url))
        {
            await anna.CreateAsync("d");
            await (await anna.OpenAsync("d")).ReplaceAsync(0, 0, "text");
        }

        await _server.KillAsync();
        await _server.StartAgainAsync();

        await using var ben = new CollabClient(_server.Url);
        Task<CollabDocument> opening;
        using (LockOut())
        {
            var answer = await _http.GetAsync(new Uri("api/documents/d/content", UriKind.Relative));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.NotNull(answer.Headers.RetryAfter);
            opening = ben.OpenAsync("d");
        }

        Assert.Equal("text", (await opening.WaitAsync(TimeSpan.FromSeconds(60))).Content.ToString());
    }

    private static void Append(CollabDocument document, string text) =>
        document.Edit(content => new DeltaBuilder(DeltaForm.Text).Retain(content.Length).Insert(text).Build());

    private async Task<(HttpStatusCode Status, TimeSpan? RetryAfter, string? Reason)> SubmitAsync(string document, int sequence)
    {
        var request = new { session = "api-test", sequence, @base = 0, delta = new[] { "x" } };
        using var answer = await _http.PostAsJsonAsync($"api/documents/{document}/operations", request);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return (answer.StatusCode, answer.Headers.RetryAfter?.Delta, body.TryGetProperty("reason", out var reason) ? reason.GetString() : null);
    }

    private async Task<double> MetricAsync(string series)
    {
        string text = await _http.GetStringAsync(new Uri("metrics", UriKind.Relative));
        string? line = text.Split('\n').FirstOrDefault(line => line.StartsWith(series + " ", StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line[(series.Length + 1)..], CultureInfo.InvariantCulture);
    }

    /// <summary>Holds the file's lock for writing until it is disposed.</summary>
    private SqliteConnection LockOut()
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(_server.Folder, "collab.db")};Pooling=False");
        connection.Open();
        using var begin = connection.CreateCommand();
        begin.CommandText = "BEGIN IMMEDIATE";
        begin.ExecuteNonQuery();
        return connection;
    }
}
