using Collab.Client;
using Collab.Client.Documents;
using Collab.Operations.Deltas;

namespace Collab.Tests.EndToEnd;

/// <summary>The server goes away without a word and comes back. Nobody loses anything, nothing is there twice.</summary>
public sealed class InterruptionTests
{
    [Fact]
    public async Task What_is_typed_while_the_server_is_away_arrives_when_it_is_back()
    {
        await using var server = await ServerProcess.StartAsync();
        await using var ada = new CollabClient(server.Url);
        await using var bob = new CollabClient(server.Url);
        await ada.CreateAsync("d");
        var left = await ada.OpenAsync("d");
        var right = await bob.OpenAsync("d");
        string session = left.Session;
        await left.ReplaceAsync(0, 0, "middle");
        await Eventually.IsTrue(() => right.Revision == 1, "Bob has what Ada typed");

        await server.KillAsync();
        await Eventually.IsTrue(() => left.Phase == DocumentPhase.Offline && right.Phase == DocumentPhase.Offline, "both clients notice");
        Assert.False(ada.IsConnected);
        for (int i = 0; i < 10; i++)
        {
            left.Edit(content => new DeltaBuilder(DeltaForm.Text).Insert("a").Retain(content.Length).Build());
            right.Edit(content => new DeltaBuilder(DeltaForm.Text).Retain(content.Length).Insert("b").Build());
        }

        Assert.False(left.IsSaved);
        await server.StartAgainAsync();
        await Task.WhenAll(left.WhenSavedAsync(), right.WhenSavedAsync()).WaitAsync(TimeSpan.FromSeconds(60));
        await Eventually.IsTrue(() => left.Revision == 3 && right.Revision == 3, "both clients are at revision 3");
        Assert.Equal("aaaaaaaaaamiddlebbbbbbbbbb", left.Content.ToString());
        Assert.Equal(left.Content.ToString(), right.Content.ToString());
        Assert.Equal(session, left.Session);
    }

    [Fact]
    public async Task Killed_again_and_again_while_two_people_type_it_loses_and_doubles_nothing()
    {
        await using var server = await ServerProcess.StartAsync();
        await using var ada = new CollabClient(server.Url);
        await using var bob = new CollabClient(server.Url);
        await ada.CreateAsync("d");
        var left = await ada.OpenAsync("d");
        var right = await bob.OpenAsync("d");
        int typed = 0;
        for (int round = 0; round < 3; round++)
        {
            var typing = Task.Run(async () =>
            {
                for (int i = 0; i < 200; i++)
                {
                    // Each character is one of a kind.
                    string character = ((char)('\u4e00' + typed++)).ToString();
                    (i % 2 == 0 ? left : right).Edit(content => new DeltaBuilder(DeltaForm.Text).Retain(content.Length / 2).Insert(character).Retain(content.Length - (content.Length / 2)).Build());
                    await Task.Yield();
                }
            });
            await server.KillAsync();
            await typing;
            await server.StartAgainAsync();
            await Task.WhenAll(left.WhenSavedAsync(), right.WhenSavedAsync()).WaitAsync(TimeSpan.FromSeconds(60));
        }

        using var api = new Api(server.Url);
        var (text, operations) = await api.ReplayAsync("d");
        await Eventually.IsTrue(() => left.Revision == operations.Count && right.Revision == operations.Count, "both clients are at the head");
        Assert.Equal(text, left.Content.ToString());
        Assert.Equal(text, right.Content.ToString());
        Assert.Equal(Enumerable.Range(0, typed).Select(i => (char)('\u4e00' + i)), text.Order());
    }
}
