using System.Text.Json;
using Collab.Client;
using Collab.Client.Documents;
using Collab.Client.Messages;
using Collab.Tests.Web;

namespace Collab.Tests.Client;

/// <summary>Which answer to a join counts, where several are on their way.</summary>
public sealed class UnansweredJoinsTests(WebHost host) : IClassFixture<WebHost>
{
    private const int Openings = 50;

    [Fact]
    public void Of_several_joins_only_the_answer_to_the_newest_counts_in_each_document()
    {
        var joins = new UnansweredJoins();
        joins.Sent("a");
        joins.Sent("b");
        joins.Sent("a");
        joins.Sent("a");
        Assert.Equal([false, true, false, true], [joins.Answered("a"), joins.Answered("b"), joins.Answered("a"), joins.Answered("a")]);
    }

    [Fact]
    public void An_answer_that_nobody_asked_for_counts()
    {
        var joins = new UnansweredJoins();
        Assert.True(joins.Answered("a"));
        joins.Sent("a");
        Assert.True(joins.Answered("a"));
    }

    [Theory]
    [InlineData("joined", """{"document":"d"}""", true)]
    [InlineData("refused", """{"document":"d","verb":"join"}""", true)]
    [InlineData("refused", """{"document":"d","verb":"submit"}""", false)]
    [InlineData("refused", """{"document":"d","verb":7}""", false)]
    [InlineData("refused", """{"document":"d"}""", false)]
    [InlineData("operations", """{"document":"d","verb":"join"}""", false)]
    public void What_answers_a_join_is_known_before_it_is_read(string target, string message, bool answers)
    {
        using var json = JsonDocument.Parse(message);
        Assert.Equal(answers, ServerMessageReader.AnswersJoin(target, json.RootElement));
    }

    [Fact]
    public async Task A_document_that_is_closed_while_it_joins_and_opened_again_is_in_its_own_session_and_leaves_no_other()
    {
        string id = $"joins-{Guid.NewGuid():N}";
        await using var other = new CollabClient(host.Http.BaseAddress!);
        await other.CreateAsync(id);
        var watching = await other.OpenAsync(id);
        await using var client = new CollabClient(host.Http.BaseAddress!);
        await Eventually.IsTrue(() => client.IsConnected, "the client is connected");
        for (int opening = 0; opening < Openings; opening++)
        {
            using var impatience = new CancellationTokenSource();
            var opened = client.OpenAsync(id, impatience.Token);
            await impatience.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opened);
        }

        var document = await client.OpenAsync(id);
        await document.ReplaceAsync(0, 0, "here");
        Assert.Equal(DocumentPhase.Live, document.Phase);
        await Eventually.IsTrue(() => watching.Content.ToString() == "here", "the edit has come");
        await Eventually.IsTrue(() => watching.PresenceCount == 2, $"two are here; there are {watching.PresenceCount}");
        Assert.Equal(document.Session, Assert.Single(watching.Others).Session);
    }
}
