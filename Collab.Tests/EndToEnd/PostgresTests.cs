using Collab.Client;
using Collab.Client.Documents;
using Collab.Operations.Deltas;
using Collab.Tests.Postgres;
using Npgsql;

namespace Collab.Tests.EndToEnd;

/// <summary>The real server with its log in a real PostgreSQL.</summary>
public sealed class PostgresTests : IAsyncLifetime
{
    private PostgresServer _postgres = null!;
    private string _database = "";

    private string[] Settings => ["Collab:Log:Provider=postgresql", $"Collab:Log:ConnectionString={_postgres.ConnectionString(_database)}"];

    public async Task InitializeAsync()
    {
        _postgres = await PostgresServer.Shared;
        _database = await _postgres.CreateDatabaseAsync();
    }

    public Task DisposeAsync() => _postgres.DropDatabaseAsync(_database);

    [Fact]
    public async Task What_was_typed_is_there_after_a_sudden_death_and_no_secret_was_written()
    {
        await using var server = await ServerProcess.StartAsync(Settings);
        await using var ada = new CollabClient(server.Url);
        await ada.CreateAsync("d");
        var document = await ada.OpenAsync("d");
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < 50; i++)
                document.Edit(content => new DeltaBuilder(DeltaForm.Text).Retain(content.Length).Insert(((char)('\u4e00' + content.Length)).ToString()).Build());
            await server.KillAsync();
            await Eventually.IsTrue(() => document.Phase == DocumentPhase.Offline, "the client notices");
            await server.StartAgainAsync();
            await document.WhenSavedAsync().WaitAsync(TimeSpan.FromSeconds(60));
        }

        using var api = new Api(server.Url);
        var (text, operations) = await api.ReplayAsync("d");
        Assert.Equal(string.Concat(Enumerable.Range(0, 150).Select(i => (char)('\u4e00' + i))), text);
        Assert.Equal((long)operations.Count, await _postgres.ExecuteAsync("SELECT count(*) FROM collab.operations", _database));
        Assert.Contains($"Opened the operation log in PostgreSQL database {_database} at 127.0.0.1:{_postgres.Port}", server.Log);
        Assert.DoesNotContain(new NpgsqlConnectionStringBuilder(_postgres.ConnectionString()).Password!, server.Log);
    }

    [Fact]
    public async Task A_document_that_another_server_on_the_same_database_took_over_goes_on_there_and_loses_nothing()
    {
        await using var first = await ServerProcess.StartAsync(Settings);
        await using var second = await ServerProcess.StartAsync(Settings);
        await using var ada = new CollabClient(first.Url);
        await using var bob = new CollabClient(second.Url);
        await ada.CreateAsync("d");
        var left = await ada.OpenAsync("d");
        await left.ReplaceAsync(0, 0, "a");

        // Without clustering neither knows of the other. Each edit of one takes the document over, and the other's next edit is fenced, reloads and is repeated.
        var right = await bob.OpenAsync("d");
        for (int i = 0; i < 5; i++)
        {
            right.Edit(content => new DeltaBuilder(DeltaForm.Text).Retain(content.Length).Insert("b").Build());
            await right.WhenSavedAsync().WaitAsync(TimeSpan.FromSeconds(60));
            left.Edit(content => new DeltaBuilder(DeltaForm.Text).Insert("a").Retain(content.Length).Build());
            await left.WhenSavedAsync().WaitAsync(TimeSpan.FromSeconds(60));
        }

        using var api = new Api(first.Url);
        var (text, _) = await api.ReplayAsync("d");
        Assert.Equal("aaaaaabbbbb", text);
    }
}
