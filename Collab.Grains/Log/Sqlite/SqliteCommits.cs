using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Collab.Grains.Log.Sqlite;

/// <summary>
/// Appends, made durable in the commit journal by one small write, and brought into the tables later, many at once; and whatever else changes documents, in step with them.
/// </summary>
/// <remarks>
/// <para>Two threads. The <see cref="CommitThread"/> takes what is a plain continuation of its document (<see cref="DocumentHeads"/>) into the <see cref="CommitJournal"/>; then it is acknowledged. All
/// the rest it gives to the <see cref="SqliteWriteThread"/>, which first brings in what is pending and then has SQLite judge.</para>
/// <para>Keeps: what is pending fits the tables. So whoever changes a document there blocks it first, brings in what is pending of it, and lets it be read anew afterwards.</para>
/// <para>When the journal or the tables fail, the log is <em>ill</em>: everything goes to the tables, so that callers hear what is wrong, until one transaction has brought in all that is pending and
/// begun a new journal.</para>
/// </remarks>
internal sealed partial class SqliteCommits : IDisposable
{
    // What is brought in at once costs the pages that it touches, not its operations: with 50 documents, 8,000 operations write not many more than 500. Readers
    // of a document don't wait for it, they get what is pending from memory; a visitor does. The bytes are half of what the journal has room for.
    private const int ApplyOperations = 8192;
    private const int ApplyBytes = CommitJournal.SegmentBytes / 2;
    // Working on, it would keep those who type on the same core waiting for the clock's next tick, 4 ms. From so many pending operations on it does, or it would never be done.
    private const int HasteOperations = 2 * ApplyOperations;
    private static readonly TimeSpan RestAfter = TimeSpan.FromMilliseconds(0.25);
    // Whoever appends or reads tries as well, and needs the write thread to be told what is wrong.
    private static readonly TimeSpan ApplyAgainAfter = TimeSpan.FromSeconds(5);

    private readonly SqliteFile _file;
    private readonly SqliteWriteThread _writer;
    private readonly CommitJournal _journal;
    private readonly CommitSettings _settings;
    private readonly CommitThread _thread;
    private readonly ILogger _logger;
    private readonly PendingCommits _pending = new();
    private readonly DocumentHeads _heads;
    private readonly Timer _timer;
    // Around everything that decides what is acknowledged: one commit, or a step of somebody who changes documents in the tables.
    private readonly Lock _committing = new();
    private SqliteReadConnection? _reader;
    private long _applied;
    private long? _nextGeneration;
    private int _isApplyAsked;
    private volatile bool _isIll;
    private volatile bool _isClosed;

    public SqliteCommits(SqliteFile file, SqliteWriteThread writer, CommitJournal journal, CommitSettings settings, ILogger logger)
    {
        (_file, _writer, _journal, _settings, _logger) = (file, writer, journal, settings, logger);
        _applied = journal.Number;
        _heads = new DocumentHeads(_pending);
        _timer = new Timer(static commits => ((SqliteCommits)commits!).AskToApply(), this, Timeout.Infinite, Timeout.Infinite);
        _thread = new CommitThread(Commit);
    }

    /// <summary>A generation that no frame has yet.</summary>
    public static long NewGeneration() => BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    public Task<ImmutableArray<AppendOutcome>> AppendAsync(IReadOnlyList<LogAppend> appends, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var call = new CommitThread.Call(appends, _settings.GoesOn, cancellation);
        return _thread.TryAdd(call)
            ? call.Task
            : throw new LogUnavailableException($"The log in {_file.Path} is closed.", fault: LogFault.Stopping);
    }

    /// <summary>Changes a document in the tables, which have all that is acknowledged of it.</summary>
    public Task<T> ChangeAsync<T>(DocumentId document, Func<SqliteWriteConnection, T> change, CancellationToken cancellation) => _writer.RunAsync(
        connection =>
        {
            lock (_committing)
                _heads.Block(document);
            try
            {
                BringIn(connection, document);
                return change(connection);
            }
            finally
            {
                lock (_committing)
                    _heads.Unblock(document);
            }
        },
        cancellation);

    /// <summary>What is acknowledged of a document and may not be in the tables yet. Ask first, then look there.</summary>
    public IReadOnlyList<LogAppend> PendingOf(DocumentId document) => _pending.Of(document);

    /// <summary>Completes when the tables have all that is acknowledged by now.</summary>
    public ValueTask BringInAsync(CancellationToken cancellation) => _pending.Newest is { } number
        ? new(_writer.RunAsync(connection => Volatile.Read(ref _applied) >= number || BringIn(connection), cancellation))
        : default;

    /// <summary>Ends the appending, and brings in all that is pending. What can't be brought in stays in the journal, for the next start.</summary>
    public void Dispose()
    {
        _isClosed = true;
        _thread.Dispose();
        try
        {
            _writer.RunAsync(connection => BringIn(connection), CancellationToken.None).GetAwaiter().GetResult();
            _journal.Delete();
        }
        catch (Exception failure) when (failure is LogUnavailableException or SqliteException or IOException or UnauthorizedAccessException)
        {
            Log.StaysInJournal(_logger, failure.Message, _file.Path);
        }

        _timer.Dispose();
        _journal.Dispose();
        _reader?.Dispose();
    }

    private void Commit(CommitThread.Call call)
    {
        try
        {
            if (TryCommit(call.Appends))
                call.TrySetResult(AllDurable(call.Appends.Count));
            else
                _ = JudgeInTablesAsync(call);
        }
        catch (Exception failure)
        {
            call.TrySetException(failure);
        }
    }

    /// <returns>False when the tables have to judge: the appends' documents are blocked until then.</returns>
    private bool TryCommit(IReadOnlyList<LogAppend> appends)
    {
        lock (_committing)
        {
            if (_isIll || !_journal.HasRoomFor(appends, Volatile.Read(ref _applied)) || !CanAdmit(appends))
            {
                foreach (var append in appends)
                    _heads.Block(append.Document);
                return false;
            }

            try
            {
                var (commits, operations, bytes) = _pending.Add(_journal.Append(appends), appends);
                if (operations >= ApplyOperations || bytes >= ApplyBytes)
                    AskToApply();
                else if (commits == 1)
                    _timer.Change(_settings.ApplyAfter, Timeout.InfiniteTimeSpan);
                return true;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                _isIll = true;
                throw JournalFaults.Unavailable(failure, _file.Path);
            }
        }
    }

    private bool CanAdmit(IReadOnlyList<LogAppend> appends)
    {
        try
        {
            _reader ??= new SqliteReadConnection(_file.OpenForReading());
            return _heads.TryAdmit(appends, _reader);
        }
        catch (SqliteException)
        {
            // Whoever judges in the tables meets it too, and says it.
            _reader?.Dispose();
            _reader = null;
            return false;
        }
    }

    private async Task JudgeInTablesAsync(CommitThread.Call call)
    {
        try
        {
            var outcomes = await _writer.RunAsync(
                connection =>
                {
                    // Given up meanwhile: behind somebody's lock all of those would queue up. Not left to the write thread, for whom it would be a failure of the connection.
                    if (call.Cancellation.IsCancellationRequested)
                        return default;
                    BringIn(connection);
                    return connection.Append(call.Appends);
                },
                CancellationToken.None);
            Unblock();
            if (outcomes.IsDefault)
                call.TrySetCanceled(call.Cancellation);
            else
                call.TrySetResult(outcomes);
        }
        catch (Exception failure)
        {
            Unblock();
            call.TrySetException(failure);
        }

        void Unblock()
        {
            lock (_committing)
            {
                foreach (var append in call.Appends)
                    _heads.Unblock(append.Document);
            }
        }
    }

    private void AskToApply()
    {
        if (!_isClosed && Interlocked.Exchange(ref _isApplyAsked, 1) == 0)
            _ = ApplyAsync();
    }

    private async Task ApplyAsync()
    {
        try
        {
            await _writer.RunAsync(connection => BringIn(connection, isWaitedFor: false), CancellationToken.None);
        }
        catch (Exception failure) when (!_isClosed)
        {
            Log.NotApplied(_logger, failure.Message, _file.Path);
            _timer.Change(ApplyAgainAfter, Timeout.InfiniteTimeSpan);
        }
        finally
        {
            Volatile.Write(ref _isApplyAsked, 0);
        }
    }

    private void BringIn(SqliteWriteConnection connection, DocumentId document)
    {
        if (_isIll || _pending.Has(document))
            BringIn(connection);
    }

    /// <summary>Everything that is pending, in one transaction. On the write thread.</summary>
    /// <returns>True.</returns>
    private bool BringIn(SqliteWriteConnection connection, bool isWaitedFor = true)
    {
        if (_isIll)
            Heal(connection);
        else
            Apply(connection, _journal.Generation, newest: null, isBegun: false, isWaitedFor ? null : Resting());
        if (_pending.Newest is not null && !_isClosed)
            _timer.Change(_settings.ApplyAfter, Timeout.InfiniteTimeSpan);
        return true;
    }

    /// <summary>What rests after a while of work, unless somebody waits for the write thread by then or too much is pending.</summary>
    private Action Resting()
    {
        var begun = Stopwatch.GetTimestamp();
        return () =>
        {
            if (Stopwatch.GetElapsedTime(begun) < RestAfter || _writer.IsWaitedFor || _pending.Operations >= HasteOperations)
                return;
            _settings.Rest();
            begun = Stopwatch.GetTimestamp();
        };
    }

    private void Heal(SqliteWriteConnection connection)
    {
        // Somebody else's lock is waited for here, where nobody waits for this one.
        connection.Commits.Begin();
        lock (_committing)
        {
            _nextGeneration ??= NewGeneration();
            Apply(connection, _nextGeneration.Value, _journal.Number, isBegun: true, between: null);
            _heads.Clear();
            _journal.Restart(_nextGeneration.Value);
            (_nextGeneration, _isIll) = (null, false);
        }
    }

    /// <param name="newest">The commit that the tables have everything up to then; the newest that is pending, if null. Where none is, there is nothing to do then.</param>
    private void Apply(SqliteWriteConnection connection, long next, long? newest, bool isBegun, Action? between)
    {
        var (appends, last) = _pending.Rent();
        try
        {
            if ((newest ?? last) is { } through)
                Apply(connection, appends, next, through, isBegun, between);
        }
        finally
        {
            PendingCommits.Return(appends);
        }
    }

    private void Apply(SqliteWriteConnection connection, ArraySegment<JournalAppend> appends, long next, long newest, bool isBegun, Action? between)
    {
        var start = Stopwatch.GetTimestamp();
        var status = "failed";
        try
        {
            if (!isBegun)
                connection.Commits.Begin();
            connection.Commits.Apply(appends, _journal.Generation, next, newest, between);
            status = "applied";
        }
        catch
        {
            _isIll = true;
            throw;
        }
        finally
        {
            LogMetrics.ApplySeconds.WithLabels(status).Observe(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        Volatile.Write(ref _applied, newest);
        _pending.RemoveThrough(newest);
    }

    private static ImmutableArray<AppendOutcome> AllDurable(int count)
    {
        var outcomes = new AppendOutcome[count];
        Array.Fill(outcomes, AppendOutcome.Durable);
        return ImmutableCollectionsMarshal.AsImmutableArray(outcomes);
    }
}
