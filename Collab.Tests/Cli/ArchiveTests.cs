using System.Text.RegularExpressions;
using Collab.Contracts;
using Collab.Grains.Log;
using Collab.Grains.Log.Sqlite;
using Collab.Operations.RichText;
using Collab.Operations.Text;
using Collab.Tests.Log;
using Collab.Tests.Postgres;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Collab.Tests.Cli;

/// <summary>Backup and restore by the real command, on real files.</summary>
public sealed partial class ArchiveTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("collab-archive-").FullName;
    private readonly KnownHistory _text = new(new DocumentId("notes"), TextKind.Instance, operations: 300, seed: 7);
    private readonly KnownHistory _rich = new(new DocumentId("Report_1"), RichTextKind.Instance, operations: 120, seed: 8);
    private readonly KnownHistory _empty = new(new DocumentId("empty"), TextKind.Instance, operations: 0, seed: 9);

    private string Source => Path.Combine(_folder, "source.db");

    private string Target => Path.Combine(_folder, "target.db");

    private string Archive => Path.Combine(_folder, "archive.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_log_that_is_in_use_is_exported_and_restored_byte_for_byte()
    {
        using (var log = Open(Source))
        {
            await WriteAllAsync(log);
            // Still open here: the command reads beside its owner.
            await SucceedsAsync("export", "--path", Source, "--output", Archive);
        }

        Assert.Contains("3 documents imported, 0 were there already, 0 refused", await SucceedsAsync("import", "--path", Target, "--input", Archive));
        await IsRestoredAsync(_text);
        await IsRestoredAsync(_rich);
        await IsRestoredAsync(_empty);
        Assert.Contains("3 documents with 420 operations read: sound", await SucceedsAsync("verify", "--path", Target));

        // Again, and out of a pipe: nothing more is there to do.
        Assert.Contains("0 documents imported, 3 were there already", await SucceedsAsync(await File.ReadAllTextAsync(Archive), ["import", "--path", Target]));
    }

    [Fact]
    public async Task A_log_moves_from_SQLite_to_PostgreSQL_and_back_byte_for_byte()
    {
        var server = await PostgresServer.Shared;
        string[] postgres = ["--provider", "postgresql", "--connection-string", server.ConnectionString(await server.CreateDatabaseAsync())];
        using (var log = Open(Source))
        {
            await WriteAllAsync(log);
            await log.TrimAsync(_text.Id, new Revision(100), 1000, default);
        }

        await SucceedsAsync("export", "--path", Source, "--output", Archive);
        Assert.Contains("3 documents imported", await SucceedsAsync(["import", "--input", Archive, .. postgres]));
        Assert.Contains("3 documents with 320 operations read: sound", await SucceedsAsync(["verify", .. postgres]));
        var back = Path.Combine(_folder, "back.jsonl");
        await SucceedsAsync(["export", "--output", back, .. postgres]);

        // All but the first line, which tells of the store and the time.
        Assert.Equal(await ReadLinesAsync(Archive), await ReadLinesAsync(back));
        Assert.Contains("0 documents imported, 3 were there already", await SucceedsAsync("import", "--input", back, "--path", Source));

        static async Task<IEnumerable<string>> ReadLinesAsync(string path) => (await File.ReadAllLinesAsync(path)).Skip(1);
    }

    [Fact]
    public async Task One_document_can_be_taken_out()
    {
        await ExportAsync("-d", "Report_1");
        Assert.Contains("1 documents imported", await SucceedsAsync("import", "--path", Target, "--input", Archive));
        await IsRestoredAsync(_rich);
        using var target = SqliteLogReader.Visit(new LogOptions { Path = Target });
        Assert.Null(await target.DescribeAsync(_text.Id, default));
    }

    [Fact]
    public async Task An_import_that_was_interrupted_is_gone_on_with()
    {
        await ExportAsync();
        using (var target = Open(Target))
        {
            await target.CreateAsync(_text.Id, new("text", Contracts.Documents.ConflictPolicy.Merge, "Title"), Samples.Time, null, default);
            await target.OpenAsync(_text.Id, default);
            await target.AppendAsync([new LogAppend(_text.Id, 1, [.. _text.Records.Take(123)], Samples.Time)], default);
        }

        Assert.Contains("3 documents imported", await SucceedsAsync("import", "--path", Target, "--input", Archive));
        await IsRestoredAsync(_text);
    }

    [Fact]
    public async Task A_document_that_is_there_with_something_else_is_left_alone()
    {
        await ExportAsync();
        var other = new KnownHistory(_text.Id, TextKind.Instance, operations: 10, seed: 99);
        using (var target = Open(Target))
            await other.WriteAsync(target);

        var (code, _, errors) = await CollabCommand.RunAsync("import", "--path", Target, "--input", Archive);

        Assert.Equal(1, code);
        Assert.Contains("Document notes is there already, and its operations 1 to 300 are not those of the archive", errors);
        Assert.Contains("2 documents imported, 0 were there already, 1 refused", errors);
        using var log = Open(Target);
        Samples.AssertSame(other.Records, await log.ReadAllAsync(_text.Id));
        await IsRestoredAsync(_rich, log);
    }

    [Theory]
    [InlineData("a changed character", "\"Ann\"", "\"Bob\"")]
    [InlineData("a changed title", "Title of notes", "Title of potes")]
    [InlineData("a missing operation", "\n{\"operation\":{\"revision\":17,[^\n]*", "")]
    [InlineData("an operation out of place", "(\n{\"operation\":{\"revision\":17,[^\n]*)(\n[^\n]*)", "$2$1")]
    [InlineData("another format", "\"version\":1", "\"version\":2")]
    [InlineData("a line that is no JSON", "{\"end\":", "{end:")]
    [InlineData("an unknown line", "{\"end\":", "{\"fin\":")]
    [InlineData("the last line gone", "\n{\"close\":.*", "\n")]
    [InlineData("cut in a line", "\"revision\":250[^$]*", "")]
    [InlineData("something after the end", "({\"close\":.*)", "$1\n{\"close\":{\"documents\":3}}")]
    public async Task An_archive_that_was_changed_is_refused_before_anything_is_written(string what, string pattern, string replacement)
    {
        await ExportAsync();
        var archive = await File.ReadAllTextAsync(Archive);
        var changed = new Regex(pattern).Replace(archive, replacement, 1);
        Assert.True(archive != changed, $"The archive has nothing to make it {what}.");
        await File.WriteAllTextAsync(Archive, changed);

        var (code, _, errors) = await CollabCommand.RunAsync("import", "--path", Target, "--input", Archive);

        Assert.Equal(2, code);
        Assert.Matches("collab: Line [0-9]+ of the archive: ", errors);
        Assert.False(File.Exists(Target));
    }

    [Fact]
    public async Task A_trimmed_document_keeps_its_start_and_what_its_sessions_sent()
    {
        using (var log = Open(Source))
        {
            await _text.WriteAsync(log, 200, 250);
            await log.TrimAsync(_text.Id, new Revision(200), 50, default);
            await SucceedsAsync("export", "--path", Source, "--output", Archive);
        }

        await SucceedsAsync("import", "--path", Target, "--input", Archive);

        using var target = Open(Target);
        var document = await target.DescribeAsync(_text.Id, default);
        Assert.Equal((200, 300), (document!.Start.Value, document.Revision.Value));
        Samples.AssertSame(_text.Records.Skip(200), await target.ReadAsync(_text.Id, new Revision(200), 1000, long.MaxValue, default));
        Assert.Equal(
            ["s0 198", "s1 199", "s2 200"],
            (await target.ReadStartAsync(_text.Id, default))!.Sessions.Select(applied => $"{applied.Session} {applied.Sequence}"));
        Assert.Contains("sound", await SucceedsAsync("verify", "--path", Target));
    }

    [Fact]
    public async Task A_session_that_is_not_known_to_have_used_its_sequences_is_found()
    {
        using (var log = Open(Source))
            await _text.WriteAsync(log);

        Change(Source, "DELETE FROM sequences WHERE session = 's1' AND revision = (SELECT max(revision) FROM sequences WHERE session = 's1')");

        var verified = await CollabCommand.RunAsync("verify", "--path", Source);
        Assert.Equal(1, verified.Code);
        Assert.Contains("The file: session s1 of document notes is not known to have used sequence 298, of operation 298", verified.Output);
        Assert.Contains("1 documents with 300 operations read: 1 findings", verified.Output);
    }

    [Fact]
    public async Task What_is_damaged_is_named_and_the_rest_is_exported_and_what_hangs_together_is_salvaged()
    {
        using (var log = Open(Source))
        {
            await _text.WriteAsync(log, 50, 100, 200);
            await _rich.WriteAsync(log);
        }

        StoredOperations.Replace(Source, _text.Id, 77, "Ann", "Bnn");

        var verified = await CollabCommand.RunAsync("verify", "--path", Source);
        Assert.Equal(1, verified.Code);
        Assert.Matches("Operation 77 of document notes in .*source.db is damaged: its checksum", verified.Output);
        Assert.Contains("2 documents with 419 operations read: 1 findings", verified.Output);

        var exported = await CollabCommand.RunAsync("export", "--path", Source, "--output", Archive);
        Assert.Equal(1, exported.Code);
        Assert.Contains("Document notes is not exported whole: Operation 77", exported.Errors);
        var imported = await CollabCommand.RunAsync("import", "--path", Target, "--input", Archive);
        Assert.Equal(1, imported.Code);
        Assert.Contains("Document notes is not whole in the archive: Operation 77", imported.Errors);
        await IsRestoredAsync(_rich);

        var salvaged = await CollabCommand.RunAsync("export", "--path", Source, "--output", Archive, "--salvage");
        Assert.Equal(1, salvaged.Code);
        Assert.Contains("Document notes is salvaged from revision 100 to 300; it had 0 to 300", salvaged.Errors);
        await CollabCommand.RunAsync("import", "--path", Target, "--input", Archive);
        using var target = Open(Target);
        Samples.AssertSame(_text.Records.Skip(100), await target.ReadAsync(_text.Id, new Revision(100), 1000, long.MaxValue, default));
        Assert.Equal(99, (await target.FindAsync(_text.Id, new SessionId("s0"), 99, default))!.Revision.Value);
    }

    [Theory]
    [InlineData("no such file", "export", "--path", "nowhere.db")]
    [InlineData("memory can't be read from outside", "export", "--provider", "memory")]
    [InlineData("no such archive", "import", "--input", "nowhere.jsonl")]
    public async Task What_can_not_be_opened_is_an_error_in_one_line(string what, params string[] arguments)
    {
        var (code, _, errors) = await CollabCommand.RunAsync(arguments);
        Assert.True(code == 2, $"{what}: {errors}");
        Assert.Matches("^collab: [^\n]+\n$", errors.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task A_log_in_use_is_not_imported_into()
    {
        await ExportAsync();
        using var owner = Open(Target);
        var (code, _, errors) = await CollabCommand.RunAsync("import", "--path", Target, "--input", Archive);
        Assert.Equal(2, code);
        Assert.Contains("belongs to another running process", errors);
    }

    private static SqliteOperationLog Open(string path) => SqliteOperationLog.Open(new LogOptions { Path = path }, NullLogger<SqliteOperationLog>.Instance);

    private static void Change(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.Equal(1, command.ExecuteNonQuery());
    }

    private static Task<string> SucceedsAsync(params string[] arguments) => SucceedsAsync(null, arguments);

    private static async Task<string> SucceedsAsync(string? input, string[] arguments)
    {
        var (code, output, errors) = await CollabCommand.RunAsync(input, arguments);
        Assert.True(code == 0, $"collab {string.Join(' ', arguments)} ended with {code}:\n{output}{errors}");
        return output + errors;
    }

    private async Task WriteAllAsync(SqliteOperationLog log)
    {
        await _text.WriteAsync(log, 100, 200);
        await _rich.WriteAsync(log);
        await _empty.WriteAsync(log);
    }

    private async Task ExportAsync(params string[] arguments)
    {
        using (var log = Open(Source))
            await WriteAllAsync(log);
        await SucceedsAsync(["export", "--path", Source, "--output", Archive, .. arguments]);
    }

    private async Task IsRestoredAsync(KnownHistory history)
    {
        using var log = SqliteLogReader.Visit(new LogOptions { Path = Target });
        await IsRestoredAsync(history, log);
    }

    private static async Task IsRestoredAsync(KnownHistory history, ILogReader log)
    {
        var document = await log.DescribeAsync(history.Id, default);
        Assert.Equal((history.Kind.Name, Samples.Time, history.Head), (document!.Kind, document.CreatedAt, document.Revision));
        Samples.AssertSame(history.Records, await log.ReadAsync(history.Id, Revision.Zero, int.MaxValue, long.MaxValue, default));
        if (history.Head == Revision.Zero)
            return;
        Assert.Equal(Samples.Time.AddSeconds(history.Head.Value), document.ModifiedAt);
        var snapshot = await log.ReadSnapshotAsync(history.Id, history.Head, default);
        Assert.Equal((history.Head, history.At(history.Head).Hash(), null), (snapshot!.Revision, snapshot.ContentHash, snapshot.Damage));
    }
}
