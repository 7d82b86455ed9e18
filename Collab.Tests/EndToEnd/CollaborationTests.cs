using Collab.Client;
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
