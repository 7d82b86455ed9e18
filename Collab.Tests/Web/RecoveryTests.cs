using Collab.Contracts;
using Collab.Grains.Log;
using Collab.Tests.Documents;
using Microsoft.Extensions.DependencyInjection;

namespace Collab.Tests.Web;

/// <summary>The document's authority fails and comes back; its clients notice no more than a retry.</summary>
public sealed class RecoveryTests : IAsyncLifetime
{
    private FaultyLogWriter _writer = null!;
    private readonly WebHost _host;

    public RecoveryTests() => _host = new WebHost(
        new Dictionary<string, string?>(),
        services => services.AddSingleton<ILogWriter>(provider => _writer = new FaultyLogWriter(provider.GetRequiredService<LogWriter>())));

    public Task InitializeAsync() => _host.StartAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_failed_append_the_author_is_told_to_come_back_and_everybody_gets_the_operation_once(bool isDone)
    {
        string document = await _host.CreateAsync();
        await using var ann = await _host.ConnectAsync();
        await using var bob = await _host.ConnectAsync();
        await ann.JoinAsync(document);
        await bob.JoinAsync(document, "Bob");
        await ann.SubmitAsync(document, 1, 0, "a");
        await Task.WhenAll(ann.OperationsAsync(0, 1), bob.OperationsAsync(0, 1));

        (_writer.LosesNext, _writer.HidesNext) = (!isDone, isDone);
        await ann.SubmitAsync(document, 2, 1, 1, "b");
        var refused = await RefusedAsync(ann);
        Assert.Equal("storage_unavailable", refused.GetProperty("reason").GetString());
        Assert.Equal("retry", refused.GetProperty("action").GetString());
        Assert.Equal(2, refused.GetProperty("sequence").GetInt64());
        Assert.InRange(refused.GetProperty("retryAfter").GetInt64(), 1, 10_000);

        // The authority made it good by itself; sending it again, as the client was told to, finds it there.
        await Task.WhenAll(ann.OperationsAsync(1, 2), bob.OperationsAsync(1, 2));
        await ann.SubmitAsync(document, 2, 1, 1, "b");
        Assert.Equal(2, (await ann.NextAsync("acknowledged")).GetProperty("revision").GetInt64());
        await bob.SubmitAsync(document, 1, 2, 2, "c");
        await ann.OperationsAsync(2, 3);
        Assert.Equal("abc", await _host.TextAsync(document));
    }

    [Fact]
    public async Task After_another_writer_took_over_the_author_joins_again_and_settles_what_became_of_its_operation()
    {
        string document = await _host.CreateAsync();
        await using var ann = await _host.ConnectAsync();
        await using var bob = await _host.ConnectAsync();
        var joined = await ann.JoinAsync(document);
        await bob.JoinAsync(document, "Bob");
        await ann.SubmitAsync(document, 1, 0, "a");
        await Task.WhenAll(ann.OperationsAsync(0, 1), bob.OperationsAsync(0, 1));

        await _host.Services.GetRequiredService<IOperationLog>().OpenAsync(new DocumentId(document), CancellationToken.None);
        await ann.SubmitAsync(document, 2, 1, 1, "b");
        Assert.Equal("storage_unavailable", (await RefusedAsync(ann)).GetProperty("reason").GetString());

        // The next life of the authority knows no lease: the client joins again.
        var resume = new { session = joined.GetProperty("session").GetString(), token = joined.GetProperty("token").GetString() };
        var again = await RejoinAsync(ann, document, resume);
        Assert.Equal(1, again.GetProperty("applied").GetProperty("sequence").GetInt64());
        await ann.SubmitAsync(document, 2, 1, 1, "b");

        // Bob notices nothing: his host found the new life of the authority and what it had missed of the old one, and has him admitted again when he types.
        await bob.OperationsAsync(1, 2);
        await bob.SubmitAsync(document, 1, 2, 2, "c");
        await bob.OperationsAsync(2, 3);
        Assert.Equal("abc", await _host.TextAsync(document));
    }

    private static async Task<System.Text.Json.JsonElement> RefusedAsync(HubClient client)
    {
        var message = await client.NextAsync("refused", "operations");
        while (message.GetProperty("target").GetString() == "operations")
            message = await client.NextAsync("refused", "operations");
        return message;
    }

    private static async Task<System.Text.Json.JsonElement> RejoinAsync(HubClient client, string document, object resume)
    {
        while (true)
        {
            await client.SendAsync("join", new { document, version = 1, resume, revision = 1 });
            var answer = await client.NextAsync("joined", "refused", "operations");
            while (answer.GetProperty("target").GetString() == "operations")
                answer = await client.NextAsync("joined", "refused", "operations");
            if (answer.GetProperty("target").GetString() == "joined")
                return answer;
            Assert.Equal("retry", answer.GetProperty("action").GetString());
        }
    }
}
