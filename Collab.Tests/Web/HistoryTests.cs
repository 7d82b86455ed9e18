using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Grains.Log;
using Collab.Tests.History;
using Collab.Tests.Log;
using Microsoft.Extensions.DependencyInjection;

namespace Collab.Tests.Web;

/// <summary>A document whose older history was given up, as clients see it; and content of the past.</summary>
public sealed class HistoryTests : IAsyncLifetime
{
    private const int Length = 300;
    private const int SnapshotOperations = 20;

    private readonly WebHost _host;
    private HeldLog _log = null!;

    public HistoryTests() => _host = new WebHost(
        new Dictionary<string, string?>
        {
            ["Collab:Documents:SnapshotOperations"] = $"{SnapshotOperations}",
            ["Collab:Documents:RetainOperations"] = "100",
            ["Collab:Documents:WindowOperationsLimit"] = "16",
            ["Collab:Documents:PastReadsLimit"] = "1",
        },
        services => services.AddSingleton<IOperationLog>(_ => _log = new HeldLog(new MemoryOperationLog())));

    public Task InitializeAsync() => _host.StartAsync();

    public Task DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task What_was_given_up_is_answered_with_the_oldest_revision_that_is_left()
    {
        string document = await WriteAsync();
        long start = await StartAsync(document);
        Assert.InRange(start, Length - 100 - 100, Length - 100);

        var operations = await ProblemAsync(HttpStatusCode.Gone, $"/api/documents/{document}/operations?from=0");
        Assert.Equal(("revision_unavailable", "resync"), (operations.GetProperty("reason").GetString(), operations.GetProperty("action").GetString()));
        Assert.Contains($"before revision {start}", operations.GetProperty("detail").GetString());
        var left = await _host.GetAsync($"/api/documents/{document}/operations?from={start}&limit=1000");
        Assert.Equal(Length - start, left.GetProperty("operations").GetArrayLength());
        var listed = (await _host.GetAsync("/api/documents")).GetProperty("documents").EnumerateArray().Single(entry => entry.GetProperty("id").GetString() == document);
        Assert.Equal(start, listed.GetProperty("start").GetInt64());
    }

    [Fact]
    public async Task Content_can_be_read_at_any_revision_that_is_left_and_only_there()
    {
        string document = await WriteAsync();
        long start = await StartAsync(document);

        foreach (long revision in (long[])[start, start + 1, start + 33, Length - 1, Length])
        {
            var read = await _host.GetAsync($"/api/documents/{document}/content?revision={revision}");
            string expected = string.Concat(Enumerable.Range(0, (int)revision).Select(i => i % 10));
            Assert.Equal((revision, expected), (read.GetProperty("revision").GetInt64(), read.GetProperty("content").GetString()));
            Assert.Equal(Collab.Operations.DocumentKinds.Find("text")!.DecodeContent(JsonSerializer.SerializeToUtf8Bytes(expected)).Hash(), read.GetProperty("hash").GetUInt32());
        }

        await ProblemAsync(HttpStatusCode.BadRequest, $"/api/documents/{document}/content?revision=-1");
        await ProblemAsync(HttpStatusCode.Conflict, $"/api/documents/{document}/content?revision={Length + 1}");
        var gone = await ProblemAsync(HttpStatusCode.Gone, $"/api/documents/{document}/content?revision={start - 1}");
        Assert.Contains($"before revision {start}", gone.GetProperty("detail").GetString());
        await ProblemAsync(HttpStatusCode.NotFound, "/api/documents/nobody/content?revision=0");
    }

    [Fact]
    public async Task Reads_of_the_past_are_bounded_and_those_beyond_are_told_to_come_again()
    {
        string document = await WriteAsync();
        long start = await StartAsync(document);
        _log.Hold();
        // One reads, sixteen wait, three are too many.
        var reads = Enumerable.Range(0, 20).Select(_ => _host.Http.GetAsync($"/api/documents/{document}/content?revision={start}")).ToList();
        await Eventually.IsTrue(() => reads.Count(read => read.IsCompleted) == 3);
        // The document itself goes on.
        Assert.Equal(Length, (await _host.TextAsync(document)).Length);

        _log.LetGo();
        var answers = await Task.WhenAll(reads);
        Assert.Equal(17, answers.Count(answer => answer.IsSuccessStatusCode));
        var refused = answers.First(answer => !answer.IsSuccessStatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("overloaded", problem.GetProperty("reason").GetString());
        Assert.Contains("Collab:Documents:PastReadsLimit", problem.GetProperty("detail").GetString());
        Assert.Equal(1000, problem.GetProperty("retryAfter").GetInt64());
    }

    [Fact]
    public async Task Who_stands_before_the_start_gets_a_snapshot_or_is_told_to_take_one()
    {
        string document = await WriteAsync();
        await StartAsync(document);
        await using var ann = await _host.ConnectAsync();
        var joined = await ann.JoinAsync(document, revision: 5);
        Assert.Equal(Length, joined.GetProperty("snapshot").GetProperty("revision").GetInt64());

        await ann.SendAsync("read", new { document, from = 5 });
        var read = await ann.NextAsync("refused");
        Assert.Equal(("read", "revision_unavailable", "resync"), Refused(read));
        await ann.SubmitAsync(document, 1, 5, 5, "x");
        var submit = await ann.NextAsync("refused");
        Assert.Equal(("submit", "revision_unavailable", "resync"), Refused(submit));
        Assert.Contains("has no history before revision", submit.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_session_whose_newest_operation_was_given_up_is_known_and_nothing_of_it_is_applied_twice(bool isReloaded)
    {
        string document = await _host.CreateAsync();
        var grains = _host.Services.GetRequiredService<IGrainFactory>();
        var early = new Typist(grains, document, "early");
        await early.AdmitAsync();
        await early.WriteAsync(0, 3);
        var other = new Typist(grains, document, "other");
        await other.AdmitAsync();
        await WriteAsync(other, document, 3);
        await StartAsync(document);
        if (isReloaded)
        {
            // Somebody takes the document over; the next life of it knows what the log knows.
            await _log.OpenAsync(new DocumentId(document), CancellationToken.None);
            await Eventually.IsTrue(async () => (await grains.GetGrain<IDocumentGrain>(document).Admit(new SessionId("witness"), "")).Refusal is null);
        }

        var admission = await early.AdmitAsync();
        Assert.Equal((3L, 3L), (admission.AppliedSequence, admission.AppliedRevision.Value));
        var newest = await early.SubmitAsync(3, 2);
        Assert.Equal((true, 3L), (newest.IsDuplicate, newest.Revision.Value));
        Assert.Equal(Contracts.Refusals.RefusalReason.SequenceReused, (await early.SubmitAsync(3, 1)).Refusal!.Reason);
        var stale = (await early.SubmitAsync(2, 1)).Refusal!;
        Assert.Equal(Contracts.Refusals.RefusalReason.SequenceStale, stale.Reason);
        Assert.Matches(@"was applied or given up before revision \d+; its operation is beyond retention", stale.Detail);
        Assert.Equal(Length + 1, (await early.SubmitAsync(4, Length)).Revision.Value);
        Assert.Equal(Length + 1, (await _host.TextAsync(document)).Length);
    }

    private static (string?, string?, string?) Refused(JsonElement message) => (
        message.GetProperty("verb").GetString(), message.GetProperty("reason").GetString(), message.GetProperty("action").GetString());

    private async Task<string> WriteAsync()
    {
        string document = await _host.CreateAsync();
        var typist = new Typist(_host.Services.GetRequiredService<IGrainFactory>(), document, "typist");
        await typist.AdmitAsync();
        await WriteAsync(typist, document, 0);
        return document;
    }

    /// <summary>Writes, and lets the snapshots keep up: where few are written, less can be given up.</summary>
    private async Task WriteAsync(Typist typist, string document, int from)
    {
        for (int to; from < Length; from = to)
        {
            to = Math.Min(from + SnapshotOperations, Length);
            await typist.WriteAsync(from, to);
            await Eventually.IsTrue(async () => (await _log.ListSnapshotsAsync(new DocumentId(document), CancellationToken.None)).Any(snapshot => snapshot.Revision.Value >= to - SnapshotOperations), "a snapshot was written");
        }
    }

    /// <summary>Where the document begins once retention has nothing more to give up.</summary>
    private async Task<long> StartAsync(string document)
    {
        long start = 0, before = -1;
        // At rest when it stays where it is although the snapshots are all kept: a look later it has not moved.
        await Eventually.IsTrue(async () =>
        {
            before = start;
            start = (await _host.GetAsync($"/api/documents/{document}")).GetProperty("start").GetInt64();
            return start >= Length - 200 && start == before;
        }, "history was given up");
        return start;
    }

    private async Task<JsonElement> ProblemAsync(HttpStatusCode status, string path)
    {
        using var answer = await _host.Http.GetAsync(path);
        Assert.Equal(status, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private sealed class HeldLog(IOperationLog log) : LogDecorator(log)
    {
        private TaskCompletionSource _free = Freed();

        public void Hold() => _free = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void LetGo() => _free.SetResult();

        public override async ValueTask<LogSnapshot?> ReadSnapshotAsync(DocumentId id, Revision atOrBefore, CancellationToken cancellation)
        {
            await _free.Task;
            return await base.ReadSnapshotAsync(id, atOrBefore, cancellation);
        }

        private static TaskCompletionSource Freed()
        {
            var free = new TaskCompletionSource();
            free.SetResult();
            return free;
        }
    }
}
