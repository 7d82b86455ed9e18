using Collab.Client;
using Collab.Client.Documents;
using Collab.Operations.Deltas;

namespace Collab.Tests.EndToEnd;

/// <summary>People who were away for longer than history is kept come back to a real server and lose nothing.</summary>
public sealed class RetentionTests
{
    [Fact]
    public async Task What_was_typed_while_away_arrives_once_although_the_history_between_is_gone()
    {
        await using var server = await ServerProcess.StartAsync(
            "Collab:Documents:SnapshotOperations=50", "Collab:Documents:RetainOperations=100", "Collab:Documents:WindowOperationsLimit=50", "Collab:Log:FlushInterval=00:00:00");
        await using var line = new Line(server.Url);
        await using var ada = new CollabClient(line.Url, new CollabClientOptions { ReconnectDelayLimit = TimeSpan.FromMilliseconds(500) });
        await using var bob = new CollabClient(server.Url);
        using var api = new Api(server.Url);
        await bob.CreateAsync("d");
        var left = await ada.OpenAsync("d");
        var right = await bob.OpenAsync("d");
        await left.ReplaceAsync(0, 0, "middle");
        string session = left.Session;
        await Eventually.IsTrue(() => right.Revision == 1);

        line.Cut();
        // One edit may have been on its way when the line went, the others wait behind it.
        for (int i = 0; i < 3; i++)
            left.Edit(content => new DeltaBuilder(DeltaForm.Text).Insert("a").Retain(content.Length).Build());
        await Eventually.IsTrue(() => left.Phase == DocumentPhase.Offline);
        for (int i = 0; i < 400; i++)
            await right.ReplaceAsync(right.Content.Length, 0, "b");
        await Eventually.IsTrue(async () => (await api.GetAsync("api/documents/d")).GetProperty("start").GetInt64() >= 200);
        // The next life of the document has no more in memory than the log has.
        await server.KillAsync();
        await server.StartAgainAsync();
        Assert.False(left.IsSaved);

        line.Mend();
        await left.WhenSavedAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await right.WhenSavedAsync().WaitAsync(TimeSpan.FromSeconds(60));
        string expected = "aaamiddle" + new string('b', 400);
        await Eventually.IsTrue(() => left.Content.ToString() == expected && right.Content.ToString() == expected);
        Assert.Equal((session, expected), (left.Session, await api.TextAsync("d")));
        await left.ReplaceAsync(0, 9, "");
        await Eventually.IsTrue(() => right.Content.ToString() == new string('b', 400));
    }
}
