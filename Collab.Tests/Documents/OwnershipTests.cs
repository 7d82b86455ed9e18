using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Contracts.Refusals;
using Collab.Grains.Log;
using Collab.Tests.Log;
using Collab.Tests.Web;
using Microsoft.Extensions.DependencyInjection;

namespace Collab.Tests.Documents;

/// <summary>Whoever is let in into a document is let in by its owner; a storm of them asks the log whose it is a few times, not each.</summary>
public sealed class OwnershipTests : IAsyncLifetime
{
    private readonly AskedLog _log = new(new MemoryOperationLog());
    private readonly WebHost _host;

    public OwnershipTests() => _host = new WebHost(new Dictionary<string, string?>(), services => services.AddSingleton<IOperationLog>(_log));

    public Task InitializeAsync() => _host.StartAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Those_who_come_while_the_log_is_asked_share_the_next_question()
    {
        var document = Document(await _host.CreateAsync());
        var answer = _log.HoldAnswers();
        var first = document.Admit(new SessionId("s-0"), "");
        await Eventually.IsTrue(() => _log.Asked == 1);
        var others = Enumerable.Range(1, 50).Select(i => document.Admit(new SessionId($"s-{i}"), "")).ToArray();
        // Each has its lease by now, and waits: an answer from before it was given is none to it.
        await Eventually.IsTrue(async () => (await document.ListSessions(null, 1)).Total == 51);
        Assert.All(others, other => Assert.False(other.IsCompleted));
        answer.SetResult();
        var admitted = await Task.WhenAll([first, .. others]);
        Assert.All(admitted, admission => Assert.Null(admission.Refusal));
        Assert.Equal(51, admitted.Select(admission => admission.Lease).Distinct().Count());
        Assert.Equal(2, _log.Asked);
    }

    [Fact]
    public async Task When_the_document_is_another_writers_none_of_them_is_let_in()
    {
        string id = await _host.CreateAsync();
        var document = Document(id);
        var answer = _log.HoldAnswers();
        var first = document.Admit(new SessionId("s-0"), "");
        await Eventually.IsTrue(() => _log.Asked == 1);
        var others = Enumerable.Range(1, 10).Select(i => document.Admit(new SessionId($"s-{i}"), "")).ToArray();
        await Eventually.IsTrue(async () => (await document.ListSessions(null, 1)).Total == 11);
        await _log.OpenAsync(new DocumentId(id), CancellationToken.None);
        answer.SetResult();
        Assert.All(await Task.WhenAll(others), admission => Assert.Equal(RefusalReason.StorageUnavailable, admission.Refusal?.Reason));
        await first;
    }

    private IDocumentGrain Document(string id) => _host.Services.GetRequiredService<IGrainFactory>().GetGrain<IDocumentGrain>(id);

    /// <summary>Counts questions, and can hold their answers back.</summary>
    private sealed class AskedLog(IOperationLog log) : LogDecorator(log)
    {
        private volatile TaskCompletionSource? _answers;
        private int _asked;

        public int Asked => Volatile.Read(ref _asked);

        /// <summary>Answers wait for what is returned.</summary>
        public TaskCompletionSource HoldAnswers()
        {
            _asked = 0;
            return _answers = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        public override async ValueTask<DocumentDescription?> DescribeAsync(DocumentId id, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _asked);
            var description = await base.DescribeAsync(id, cancellation);
            if (_answers is { } answers)
                await answers.Task;
            return description;
        }
    }
}
