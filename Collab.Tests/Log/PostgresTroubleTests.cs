using System.Diagnostics;
using Collab.Grains.Log;
using Collab.Grains.Log.Postgres;
using Collab.Tests.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using static Collab.Tests.Log.Samples;

namespace Collab.Tests.Log;

/// <summary>A server that is stopped, frozen, or cuts its connections, and what the log makes of it. Here is no pipeline around it: each call is one attempt.</summary>
public sealed class PostgresTroubleTests : IAsyncLifetime
{
    // A call may take as long as connecting, or a statement, and what a busy machine adds.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(6);

    private PostgresServer _server = null!;
    private PostgresOperationLog _log = null!;

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.StartNewAsync();
        _log = Open();
        await _log.OpenNewAsync(Document);
    }

    public async Task DisposeAsync()
    {
        _log.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(PostgresStop.Fast)]
    [InlineData(PostgresStop.Immediate)]
    public async Task A_stopped_server_is_an_error_at_once_and_once_it_is_back_the_same_log_goes_on(PostgresStop how)
    {
        Assert.Equal(AppendOutcome.Durable, await _log.AppendAsync(1, Record(1)));
        await _log.ReadAllAsync(Document);
        await _server.StopAsync(how);

        Assert.Contains((await FailsAsync(() => _log.AppendAsync(1, Record(2)))).Fault, (LogFault[])[LogFault.CannotOpen, LogFault.Io]);
        Assert.Equal(LogFault.CannotOpen, (await FailsAsync(() => _log.AppendAsync(1, Record(2)))).Fault);
        Assert.Contains((await FailsAsync(() => _log.ReadAllAsync(Document))).Fault, (LogFault[])[LogFault.CannotOpen, LogFault.Io]);
        var refusal = await FailsAsync(() => Task.Run(Open));
        Assert.Equal(LogFault.CannotOpen, refusal.Fault);
        Assert.Contains($"PostgreSQL database postgres at 127.0.0.1:{_server.Port} can't be reached", refusal.Message);

        await _server.StartAsync();
        Assert.Equal(AppendOutcome.Durable, await _log.AppendAsync(1, Record(2)));
        AssertSame([Record(1), Record(2)], await _log.ReadAllAsync(Document));
    }

    [Fact]
    public async Task A_frozen_server_costs_a_call_no_more_than_its_time_and_repeating_after_is_harmless()
    {
        Assert.Equal(AppendOutcome.Durable, await _log.AppendAsync(1, Record(1)));
        await _log.ReadAllAsync(Document);
        await _server.FreezeAsync();

        Assert.Equal(LogFault.Timeout, (await FailsAsync(() => _log.AppendAsync(1, Record(2)))).Fault);
        Assert.Equal(LogFault.Timeout, (await FailsAsync(() => _log.ReadAllAsync(Document))).Fault);
        // And with a connection that is yet to be made.
        Assert.Equal(LogFault.Timeout, (await FailsAsync(() => _log.AppendAsync(1, Record(2)))).Fault);
        Assert.Equal(LogFault.Timeout, (await FailsAsync(() => Task.Run(Open))).Fault);

        await _server.ThawAsync();
        Assert.Equal(AppendOutcome.Durable, await _log.AppendAsync(1, Record(2)));
        AssertSame([Record(1), Record(2)], await _log.ReadAllAsync(Document));
    }

    [Fact]
    public async Task Whoever_gives_up_on_a_frozen_server_is_free_at_once()
    {
        Assert.Equal(AppendOutcome.Durable, await _log.AppendAsync(1, Record(1)));
        await _server.FreezeAsync();

        for (var i = 0; i < 3; i++)
        {
            using var patience = new CancellationTokenSource();
            var append = _log.AppendAsync([Append(1, Record(2))], patience.Token);
            await Task.Delay(100);
            var given = Stopwatch.StartNew();
            await patience.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await append);
            Assert.True(given.Elapsed < AtOnce, $"Giving up took {given.Elapsed}.");
        }

        var closing = Stopwatch.StartNew();
        _log.Dispose();
        Assert.True(closing.Elapsed < AtOnce, $"Closing took {closing.Elapsed}.");

        await _server.ThawAsync();
        _log = Open();
        Assert.Equal(AppendOutcome.Durable, await _log.AppendAsync(1, Record(2)));
    }

    [Theory]
    [InlineData(20260104)]
    public async Task Connections_that_are_cut_at_any_moment_lose_and_double_nothing(int seed)
    {
        const int operations = 400;
        var random = new Random(seed);
        var unknown = 0;
        using var over = new CancellationTokenSource();
        var cutting = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                await Task.Delay(random.Next(1, 20));
                await _server.KillConnectionsAsync();
            }
        });

        for (var revision = 1; revision <= operations;)
        {
            // Whether it happened is unknown after a failure: the very same again.
            var records = Enumerable.Range(revision, Math.Min(3, operations - revision + 1)).Select(next => Record(next)).ToArray();
            try
            {
                Assert.Equal(AppendOutcome.Durable, await _log.AppendAsync(1, records));
                revision += records.Length;
            }
            catch (LogUnavailableException failure) when (failure.Fault is LogFault.CannotOpen or LogFault.Io or LogFault.Timeout)
            {
                unknown++;
            }
        }

        await over.CancelAsync();
        await cutting;
        Assert.True(unknown > 0, $"No append was cut off (seed {seed}); this run has tested nothing.");
        await Eventually.IsTrue(async () => await ReadsAsync());
        AssertSame(Enumerable.Range(1, operations).Select(revision => Record(revision)), await _log.ReadAllAsync(Document));

        async Task<bool> ReadsAsync()
        {
            try
            {
                return await _log.DescribeAsync(Document, default) is not null;
            }
            catch (LogUnavailableException)
            {
                return false;
            }
        }
    }

    private static async Task<LogUnavailableException> FailsAsync(Func<Task> call)
    {
        var taking = Stopwatch.StartNew();
        var failure = await Assert.ThrowsAsync<LogUnavailableException>(call);
        Assert.True(taking.Elapsed < Bound, $"It took {taking.Elapsed} to fail: {failure.Message}");
        return failure;
    }

    private PostgresOperationLog Open() => PostgresOperationLog.Open(
        new LogOptions { ConnectionString = $"{_server.ConnectionString()};Timeout={ConnectTimeout.TotalSeconds}", CommandTimeout = CommandTimeout }, NullLogger<PostgresOperationLog>.Instance);
}
