using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Collab.Contracts;
using Collab.Grains.Log;
using Collab.Tests.History;
using Collab.Tests.Log;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Collab.Tests.Web;

/// <summary>Somebody or something changed bytes of the SQLite file. It is noticed and named, what can be won back is, and nobody is shown other text.</summary>
[Collection("damaged snapshots are counted")]
public sealed class DamageTests : IAsyncLifetime
{
    private const int Length = 130;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("collab-damage-");
    private WebHost _host = null!;
    private string _document = "";

    private string FilePath => Path.Combine(_folder.FullName, "collab.db");

    private DocumentId Document => new(_document);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("UPDATE snapshots SET content = replace(content, '0', '1') WHERE revision = (SELECT max(revision) FROM snapshots)")]
    [InlineData("UPDATE snapshots SET content = substr(content, 1, 20) WHERE revision = (SELECT max(revision) FROM snapshots)")]
    [InlineData("UPDATE snapshots SET hash = hash + 1, checksum = NULL WHERE revision = (SELECT max(revision) FROM snapshots)")]
    [InlineData("UPDATE snapshots SET content = 'x', length = NULL, checksum = NULL WHERE revision = (SELECT max(revision) FROM snapshots)")]
    public async Task A_damaged_snapshot_is_passed_over_counted_and_written_again(string damage)
    {
        await StartAsync();
        await WriteAsync();
        await RestartAsync(damage);
        double counted = await _host.MetricAsync(Damaged);

        Assert.Equal(Text(Length), await _host.TextAsync(_document));

        Assert.Equal(1, await _host.MetricAsync(Damaged) - counted);
        var log = _host.Services.GetRequiredService<IOperationLog>();
        await Eventually.IsTrue(async () => await log.ReadSnapshotAsync(Document, new Revision(Length), CancellationToken.None) is { Damage: null, Content.Length: >= 100 });
        await RestartAsync("SELECT 1");
        counted = await _host.MetricAsync(Damaged);
        Assert.Equal(Text(Length), await _host.TextAsync(_document));
        Assert.Equal(counted, await _host.MetricAsync(Damaged));
    }

    [Fact]
    public async Task Without_any_sound_snapshot_the_whole_history_is_replayed()
    {
        await StartAsync();
        await WriteAsync();
        await RestartAsync("UPDATE snapshots SET hash = hash + 1");
        Assert.Equal(Text(Length), await _host.TextAsync(_document));
    }

    [Fact]
    public async Task Without_any_sound_snapshot_after_a_trim_the_document_is_damaged_and_says_where()
    {
        await StartAsync("Collab:Documents:RetainOperations=20");
        await WriteAsync();
        long start = 0;
        await Eventually.IsTrue(async () => (start = (await _host.GetAsync($"/api/documents/{_document}")).GetProperty("start").GetInt64()) > 0);
        await RestartAsync("UPDATE snapshots SET hash = hash + 1");

        var problem = await ProblemAsync($"/api/documents/{_document}/content");
        Assert.Matches($"Document {_document} in sqlite is damaged: no snapshot from its start, revision [0-9]+, to revision {Length} is sound", problem.GetProperty("detail").GetString());
        await using var ann = await _host.ConnectAsync();
        await ann.SendAsync("join", new { document = _document, version = 1 });
        var refused = await ann.NextAsync("refused");
        Assert.Equal(("document_damaged", "give_up"), (refused.GetProperty("reason").GetString(), refused.GetProperty("action").GetString()));
    }

    [Fact]
    public async Task Behind_a_damaged_operation_the_document_is_closed_and_before_it_the_text_can_be_saved()
    {
        await StartAsync();
        await WriteAsync();
        int damaged = Length - 5;
        await RestartAsync($"DELETE FROM snapshots WHERE revision >= {damaged}", () => StoredOperations.Replace(FilePath, Document, damaged, "\"sequence\"", "\"Sequence\""));

        var problem = await ProblemAsync($"/api/documents/{_document}/content");
        Assert.Contains($"Operation {damaged} of document {_document} in {FilePath} is damaged", problem.GetProperty("detail").GetString());
        var description = await _host.GetAsync($"/api/documents/{_document}");
        Assert.Equal((0L, (long)Length), (description.GetProperty("start").GetInt64(), description.GetProperty("revision").GetInt64()));
        Assert.Equal(Text(damaged - 1), (await _host.GetAsync($"/api/documents/{_document}/content?revision={damaged - 1}")).GetProperty("content").GetString());
        Assert.Equal(Text(7), (await _host.GetAsync($"/api/documents/{_document}/content?revision=7")).GetProperty("content").GetString());
        await ProblemAsync($"/api/documents/{_document}/content?revision={damaged}");
    }

    private const string Damaged = """collab_errors_total{component="snapshot",code="damaged"}""";

    private static string Text(int length) => string.Concat(Enumerable.Range(0, length).Select(i => i % 10));

    private async Task StartAsync(params string[] settings)
    {
        var all = new Dictionary<string, string?>
        {
            ["Collab:Log:Provider"] = "sqlite",
            ["Collab:Log:Path"] = FilePath,
            ["Collab:Log:FlushInterval"] = "00:00:00",
            ["Collab:Documents:SnapshotOperations"] = "50",
        };
        foreach (string setting in settings)
            all[setting[..setting.IndexOf('=', StringComparison.Ordinal)]] = setting[(setting.IndexOf('=', StringComparison.Ordinal) + 1)..];
        _host = new WebHost(all);
        await _host.StartAsync();
    }

    private async Task WriteAsync()
    {
        _document = await _host.CreateAsync();
        var typist = new Typist(_host.Services.GetRequiredService<IGrainFactory>(), _document, "typist");
        await typist.AdmitAsync();
        await typist.WriteAsync(0, Length);
        var log = _host.Services.GetRequiredService<IOperationLog>();
        await Eventually.IsTrue(async () => (await log.ListSnapshotsAsync(Document, CancellationToken.None)).LastOrDefault()?.Revision.Value >= 100);
    }

    private async Task RestartAsync(string sql, Action? change = null)
    {
        await _host.DisposeAsync();
        using (var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }

        change?.Invoke();
        await StartAsync();
    }

    private async Task<JsonElement> ProblemAsync(string path)
    {
        using var answer = await _host.Http.GetAsync(path);
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("document_damaged", problem.GetProperty("reason").GetString());
        return problem;
    }
}
