using System.Collections.Concurrent;
using System.Net.Sockets;
using Collab.Client;
using Collab.Client.Documents;
using Collab.Operations;
using Collab.Operations.Deltas;

namespace Collab.Tests.EndToEnd;

/// <summary>What people do with a document together, through the real process.</summary>
public sealed class CollaborationTests(CollaborationTests.Server server) : IClassFixture<CollaborationTests.Server>
{
    private static int _documents;

    [Fact]
    public async Task Two_clients_type_at_once_and_converge()
    {
        await using var ada = new CollabClient(server.Url, new() { Name = "Ada" });
        await using var bob = new CollabClient(server.Url, new() { Name = "Bob" });
        string id = await CreateAsync(ada);
        var left = await ada.OpenAsync(id);
        var right = await bob.OpenAsync(id);
        for (int i = 0; i < 100; i++)
        {
            left.Edit(content => Insert(content, 0, "a"));
            right.Edit(content => Insert(content, content.Length, "b"));
        }

        await Task.WhenAll(left.WhenSavedAsync(), right.WhenSavedAsync()).WaitAsync(TimeSpan.FromSeconds(60));
        await Eventually.IsTrue(() => left.Revision == right.Revision, "both clients are at one revision");
        Assert.Equal(left.Content.ToString(), right.Content.ToString());
        Assert.Equal(200, left.Content.Length);
    }

    [Fact]
    public async Task A_client_sends_all_through_the_handler_that_it_is_given()
    {
        int connections = 0;
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellation) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                Interlocked.Increment(ref connections);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        string id;
        await using (var ada = new CollabClient(server.Url, new() { Name = "Ada", HttpHandler = handler }))
        {
            id = await CreateAsync(ada);
            var document = await ada.OpenAsync(id);
            await document.ReplaceAsync(0, 0, "hello").WaitAsync(TimeSpan.FromSeconds(60));
        }

        Assert.Equal(2, connections);
        // It outlives a client.
        await using var bob = new CollabClient(server.Url, new() { Name = "Bob", HttpHandler = handler });
        var follower = await bob.OpenAsync(id);
        await Eventually.IsTrue(() => follower.Content.ToString() == "hello", "another client has the text");
    }

    [Fact]
    public async Task A_paste_of_200_kB_is_one_operation()
    {
        await using var client = new CollabClient(server.Url);
        await using var other = new CollabClient(server.Url);
        string id = await CreateAsync(client);
        var document = await client.OpenAsync(id);
        var follower = await other.OpenAsync(id);
        string text = string.Concat(Enumerable.Range(0, 20_000).Select(line => $"{line,9}\n"));
        await document.ReplaceAsync(0, 0, text).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(1, document.Revision);
        await Eventually.IsTrue(() => follower.Revision == 1, "the other client has the paste");
        Assert.Equal(text, follower.Content.ToString());
    }

    [Fact]
    public async Task A_submission_that_is_repeated_is_applied_once()
    {
        await using var client = new CollabClient(server.Url);
        string id = await CreateAsync(client);
        var document = await client.OpenAsync(id);

        // The operation returns and is held back, so the client sends it again; the server then says that it has it, and sends it again, too.
        var held = new HeldReplica(document);
        document.Edit(content => Insert(content, 0, "once"));
        await held.WhenArrivedAsync(1);
        await Eventually.IsTrue(() => document.ResubmissionsTotal > 0, "the client has sent its operation again");
        await held.AdvanceAsync(1);
        document.Edit(content => Insert(content, 4, "!"));
        await held.AdvanceAsync(2);
        Assert.True(document.IsSaved);
        using var api = new Api(server.Url);
        var (text, operations) = await api.ReplayAsync(id);
        Assert.Equal("once!", text);
        Assert.Equal(2, operations.Count);
    }

    [Fact]
    public async Task A_conflict_is_delivered_with_the_operation_that_met_it()
    {
        await using var ada = new CollabClient(server.Url, new() { Name = "Ada" });
        await using var bob = new CollabClient(server.Url, new() { Name = "Bob" });
        string id = await CreateAsync(ada);
        var (first, second) = await MeetAsync(ada, bob, id);
        var conflicts = new ConcurrentQueue<Conflict>();
        first.Happened += happened =>
        {
            foreach (var conflict in (happened as DocumentEvent.Changed)?.Operation?.Conflicts ?? [])
                conflicts.Enqueue(conflict);
        };
        await second.Held.AdvanceAsync(2);
        await second.Saved.WaitAsync(TimeSpan.FromSeconds(60));
        await Eventually.IsTrue(() => !conflicts.IsEmpty, "Ada hears of the conflict");
        Assert.True(conflicts.TryDequeue(out var met));
        Assert.Equal(("concurrent_insert", "ordered", 1L, "Ada"), (met.Kind, met.Resolution, met.Revision, met.Author));
        Assert.Equal("adabob", first.Content.ToString());
    }

    [Fact]
    public async Task A_strict_document_refuses_an_edit_that_conflicts_and_the_client_takes_it_back()
    {
        await using var ada = new CollabClient(server.Url, new() { Name = "Ada" });
        await using var bob = new CollabClient(server.Url, new() { Name = "Bob" });
        string id = await CreateAsync(ada, policy: "strict");
        var (first, second) = await MeetAsync(ada, bob, id);
        var refused = await Assert.ThrowsAsync<CollabException>(() => second.Saved.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal("conflict", refused.Reason);
        await second.Held.AdvanceAsync(1);
        Assert.Equal("ada", second.Document.Content.ToString());
        Assert.Equal("ada", first.Content.ToString());
        Assert.True(second.Document.IsSaved);
    }

    [Fact]
    public async Task Presence_is_seen_by_others_follows_the_text_and_is_gone_after_leaving()
    {
        await using var ada = new CollabClient(server.Url, new() { Name = "Ada", Color = "#336699" });
        await using var bob = new CollabClient(server.Url, new() { Name = "Bob" });
        string id = await CreateAsync(ada);
        var left = await ada.OpenAsync(id);
        var right = await bob.OpenAsync(id);
        await left.ReplaceAsync(0, 0, "hello");
        left.ShowPresence(new Selection(1, 4), isTyping: true);
        await Eventually.IsTrue(() => right.Others.Any(other => other.Selection == new Selection(1, 4)), "Bob sees what Ada has selected");
        var seen = Assert.Single(right.Others);
        Assert.Equal(("Ada", "#336699", true), (seen.Name, seen.Color, seen.IsTyping));

        await right.ReplaceAsync(0, 0, ">> ");
        Assert.Equal(new Selection(4, 7), Assert.Single(right.Others).Selection);
        left.Close();
        await Eventually.IsTrue(() => right.Others.Count == 0, "Ada is gone for Bob");
    }

    [Fact]
    public async Task A_client_that_is_slow_to_read_delays_nobody_and_catches_up()
    {
        await using var fast = new CollabClient(server.Url);
        await using var slow = new CollabClient(server.Url);
        string id = await CreateAsync(fast);
        var author = await fast.OpenAsync(id);
        var reader = await slow.OpenAsync(id);
        var mayRead = new TaskCompletionSource();
        reader.Happened += _ => mayRead.Task.Wait(TimeSpan.FromSeconds(60));

        // More than the server queues for one connection and the sockets' buffers hold.
        string block = new('x', 200_000);
        for (int i = 0; i < 60; i++)
            await author.EditAsync(content => new DeltaBuilder(DeltaForm.Text).Insert($"{i}{block}").Delete(content.Length).Build()).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(reader.Revision < author.Revision);
        mayRead.SetResult();
        await Eventually.IsTrue(() => reader.Revision == author.Revision, "the slow client has caught up");
        Assert.Equal(author.Content.Hash(), reader.Content.Hash());
    }

    [Fact]
    public async Task A_document_that_is_not_there_is_refused_by_name()
    {
        await using var client = new CollabClient(server.Url);
        var refused = await Assert.ThrowsAsync<CollabException>(() => client.OpenAsync("nowhere"));
        Assert.Equal("document_not_found", refused.Reason);
        string id = await CreateAsync(client);
        Assert.False(await client.CreateAsync(id));
        Assert.Equal("document_exists", (await Assert.ThrowsAsync<CollabException>(() => client.CreateAsync(id, "richtext"))).Reason);
    }

    // Ada has typed and it is durable; Bob has typed at the same place and does not know of it.
    private static async Task<(CollabDocument Ada, (CollabDocument Document, HeldReplica Held, Task Saved) Bob)> MeetAsync(CollabClient ada, CollabClient bob, string id)
    {
        var first = await ada.OpenAsync(id);
        var second = await bob.OpenAsync(id);
        var held = new HeldReplica(second);
        await first.ReplaceAsync(0, 0, "ada").WaitAsync(TimeSpan.FromSeconds(60));
        await held.WhenArrivedAsync(1);
        return (first, (second, held, second.EditAsync(content => Insert(content, 0, "bob"))));
    }

    private static async Task<string> CreateAsync(CollabClient client, string kind = "text", string policy = "merge")
    {
        string id = $"together-{Interlocked.Increment(ref _documents)}";
        Assert.True(await client.CreateAsync(id, kind, policy));
        return id;
    }

    private static Delta Insert(IContent content, int position, string text) =>
        new DeltaBuilder(DeltaForm.Text).Retain(position).Insert(text).Retain(content.Length - position).Build();

    public sealed class Server : IAsyncLifetime
    {
        private ServerProcess? _process;

        public Uri Url => _process!.Url;

        internal ServerProcess Process => _process!;

        public async Task InitializeAsync() => _process = await ServerProcess.StartAsync();

        public async Task DisposeAsync() => await _process!.DisposeAsync();
    }
}
