using System.Diagnostics;
using Collab.Client;
using Collab.Operations.Deltas;
using Collab.Tests.Operations;
using Xunit.Abstractions;

namespace Collab.Tests.EndToEnd;

/// <summary>
/// Real editing sessions through the real WebSocket of the real process with SQLite. In the end every client, a client that joins only
/// then, the content over REST and the log replayed from the beginning have the text that the session ended with; also when the process is
/// killed in the middle and started again.
/// </summary>
public sealed class RealInputTests(ITestOutputHelper output)
{
    // So many edits may wait for the server: what comes while one is on its way is composed into the next. Without a limit the
    // person would be through before the second operation is sent.
    private const int EditsWaiting = 16;
    private const int EditsOffline = 1_000;
    private const int LookUpEvery = 200;

    [Theory]
    [InlineData("sveltecomponent.seq.jsonl.gz", false)]
    [InlineData("sveltecomponent.seq.jsonl.gz", true)]
    [InlineData("rustcode.seq.jsonl.gz", false)]
    [InlineData("rustcode.seq.jsonl.gz", true)]
    public async Task A_session_of_one_author(string trace, bool isKilled)
    {
        var (sha256, transactions) = Corpus.Read(trace);
        await using var server = await ServerProcess.StartAsync(ServerProcess.WithoutRates);
        await using var client = new CollabClient(server.Url);
        await using var reader = new CollabClient(server.Url);
        await client.CreateAsync("session");
        var document = await client.OpenAsync("session");
        var follower = await reader.OpenAsync("session");

        var clock = Stopwatch.StartNew();
        Task restarting = Task.CompletedTask;
        for (int i = 0; i < transactions.Count; i++)
        {
            var transaction = transactions[i];
            document.Edit(content => Corpus.ToDelta(transaction, content.Length));
            if (isKilled && i == transactions.Count / 2)
            {
                // Nobody waits for anything here: the last edits are on their way.
                await server.KillAsync();
                restarting = server.StartAgainAsync();
            }

            // Without a server a while is typed offline, and the rest when it is back.
            if (i == (transactions.Count / 2) + EditsOffline)
                await restarting;
            if (i % EditsWaiting == 0 && restarting.IsCompleted)
                await SavedAsync(document);
        }

        await restarting;
        await SavedAsync(document);
        output.WriteLine($"{transactions.Count} transactions in {clock.Elapsed.TotalSeconds:0.0} s, {document.Revision} operations, {document.ResubmissionsTotal} resubmitted.");
        await AgreeAsync(server, "session", sha256, [document, follower]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_session_of_three_authors(bool isKilled)
    {
        var (sha256, transactions) = Corpus.Read("clownschool.conc.jsonl.gz");
        var runs = Runs(transactions);
        await using var server = await ServerProcess.StartAsync(ServerProcess.WithoutRates);
        await using var clients = new Clients(server.Url, 3);
        await clients[0].CreateAsync("session");
        var agents = new List<HeldReplica>();
        for (int agent = 0; agent < 3; agent++)
            agents.Add(new HeldReplica(await clients[agent].OpenAsync("session")));

        // Each agent edits what it has received when it has received exactly what its author had, so that concurrent edits are concurrent
        // here. The server is to order the transactions as the trace does; therefore each waits until the one before is durable.
        var clock = Stopwatch.StartNew();
        var revisions = new long[transactions.Count + 1];
        Task restarting = Task.CompletedTask;
        int concurrent = 0;
        for (int i = 0, revision = 0; i < runs.Count; i++)
        {
            var (first, last) = runs[i];
            var agent = agents[transactions[first].Agent];
            await agent.AdvanceAsync(revisions[transactions[first].Base]);
            Assert.Equal(revisions[transactions[first].Base], agent.Document.Revision);
            Assert.True(agent.Document.IsSaved);
            concurrent += agent.Document.Revision < revision ? 1 : 0;
            var delta = Compose(transactions.Skip(first).Take(last - first + 1), agent.Document.Content.Length);
            agent.Document.Edit(_ => delta);
            // What is typed and deleted again makes no operation.
            revision += delta.IsIdentity ? 0 : 1;
            Array.Fill(revisions, revision, first + 1, last - first + 1);
            if (i % LookUpEvery == 0)
                await LookUpAsync(agents, transactions, runs, i, revisions);
            if (isKilled && i == runs.Count / 2)
            {
                await server.KillAsync();
                restarting = server.StartAgainAsync();
            }

            await agent.WhenArrivedAsync(revision);
        }

        await restarting;
        foreach (var agent in agents)
            await agent.AdvanceAsync(revisions[^1]);
        output.WriteLine($"{transactions.Count} transactions as {revisions[^1]} operations, {concurrent} of them concurrent, in {clock.Elapsed.TotalSeconds:0.0} s; " +
            $"{agents.Sum(agent => agent.Document.ResubmissionsTotal)} resubmitted.");
        await AgreeAsync(server, "session", sha256, agents.Select(agent => agent.Document));
    }

    // Who has not typed for long still sees what the others type, up to what the next transaction has seen: a replica thousands of
    // operations behind would be brought back by a snapshot.
    private static async Task LookUpAsync(
        List<HeldReplica> agents, IReadOnlyList<Corpus.Transaction> transactions, List<(int First, int Last)> runs, int done, long[] revisions)
    {
        for (int agent = 0; agent < agents.Count; agent++)
        {
            int next = runs.FindIndex(done + 1, run => transactions[run.First].Agent == agent);
            await agents[agent].AdvanceAsync(revisions[Math.Min(next < 0 ? int.MaxValue : transactions[runs[next].First].Base, runs[done].First)]);
        }
    }

    // Neighbouring transactions of one agent go as one operation where nobody's transaction is concurrent with them: composing what others
    // are transformed over could make a tie where there was none.
    private static List<(int First, int Last)> Runs(IReadOnlyList<Corpus.Transaction> transactions)
    {
        var oldestBaseFrom = new int[transactions.Count + 1];
        oldestBaseFrom[^1] = int.MaxValue;
        for (int i = transactions.Count - 1; i >= 0; i--)
            oldestBaseFrom[i] = Math.Min(oldestBaseFrom[i + 1], transactions[i].Base);
        var runs = new List<(int, int)>();
        for (int first = 0, last; first < transactions.Count; first = last + 1)
        {
            last = first;
            if (transactions[first].Base == first)
                for (int next = first + 1; next < transactions.Count && transactions[next].Base == next && transactions[next].Agent == transactions[first].Agent; next++)
                    if (oldestBaseFrom[next + 1] > next)
                        last = next;
            runs.Add((first, last));
        }

        return runs;
    }

    private static Delta Compose(IEnumerable<Corpus.Transaction> transactions, int length) =>
        transactions.Aggregate(Delta.Identity(DeltaForm.Text, length), (delta, transaction) => delta.Compose(Corpus.ToDelta(transaction, delta.TargetLength)));

    private static async Task AgreeAsync(ServerProcess server, string id, string sha256, IEnumerable<CollabDocument> documents)
    {
        using var api = new Api(server.Url);
        var (replayed, operations) = await api.ReplayAsync(id);
        Assert.Equal(sha256, Corpus.Sha256(replayed));
        Assert.Equal(operations.Count, operations.Distinct().Count());
        Assert.Equal(sha256, Corpus.Sha256(await api.TextAsync(id)));
        foreach (var document in documents)
        {
            await Eventually.IsTrue(() => document.Revision == operations.Count, $"the client is at revision {operations.Count}");
            Assert.Equal(sha256, Corpus.Sha256(document.Content.ToString()!));
            Assert.True(document.IsSaved);
        }

        await using var late = new CollabClient(server.Url);
        var joined = await late.OpenAsync(id);
        await Eventually.IsTrue(() => joined.Revision == operations.Count, $"a client that joins late is at revision {operations.Count}");
        Assert.Equal(sha256, Corpus.Sha256(joined.Content.ToString()!));
    }

    private static async Task SavedAsync(CollabDocument document)
    {
        try
        {
            await document.WhenSavedAsync().WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Within 60 s the edits were not saved; the client is {document.Phase} at revision {document.Revision}.");
        }
    }

    private sealed class Clients : IAsyncDisposable
    {
        private readonly CollabClient[] _clients;

        public Clients(Uri server, int count) => _clients = [.. Enumerable.Range(0, count).Select(i => new CollabClient(server, new() { Name = $"Agent {i}" }))];

        public CollabClient this[int index] => _clients[index];

        public async ValueTask DisposeAsync()
        {
            foreach (var client in _clients)
                await client.DisposeAsync();
        }
    }
}
