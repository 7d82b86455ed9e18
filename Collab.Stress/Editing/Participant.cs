using System.Diagnostics;
using Collab.Client;
using Collab.Client.Documents;
using Collab.Operations.Deltas;
using Collab.Operations.Ropes;
using Collab.Stress.Connections;
using Collab.Stress.Editing.Edits;
using Collab.Stress.Editing.Measures;
using Collab.Stress.Integrity;
using Collab.Stress.Reporting;

namespace Collab.Stress.Editing;

/// <summary>One client in one document, over a wire of its own: edits at its pace while it is told to, and says what it measures.</summary>
/// <remarks>It remembers nothing that grows with time; what the check needs, <see cref="Witness"/> does.</remarks>
internal sealed class Participant : IAsyncDisposable
{
    // What a server forwards of presence, at most; without a pause a client that only shows its caret would do nothing else, in a closed loop.
    private static readonly TimeSpan PresenceInterval = TimeSpan.FromMilliseconds(50);

    private static readonly long DuesMemory = 60 * Stopwatch.Frequency;

    private readonly CollabClient _client;
    private readonly Habits _habits;
    private readonly Propagation? _propagation;
    private readonly Recorder _recorder;
    private readonly long _since = Stopwatch.GetTimestamp();
    private readonly SequenceTimes _dues = new(DuesMemory);
    private CancellationTokenSource? _stopping;
    private Task _editing = Task.CompletedTask;
    private long _edits;
    private long _lostAt;
    private int _waiting;
    private int _caret;
    private bool _isGone;

    /// <param name="propagation">Null for one whose own slowness would be measured.</param>
    public Participant(Witness witness, CollabClient client, CollabDocument document, Wire wire, Habits habits, Propagation? propagation, Recorder recorder)
    {
        (Witness, _client, Document, Wire, _habits, _propagation, _recorder) = (witness, client, document, wire, habits, propagation, recorder);
        document.Happened += Note;
        recorder.ClientJoined();
    }

    public Witness Witness { get; }

    public CollabDocument Document { get; }

    public Wire Wire { get; }

    /// <summary>Begins to edit, until <paramref name="over"/> or <see cref="StopAsync"/>.</summary>
    public void Begin(CancellationToken over)
    {
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(over);
        _editing = Task.Run(() => EditAsync(_stopping.Token), CancellationToken.None);
    }

    /// <summary>Edits no more; answers may still be on their way.</summary>
    public async Task StopAsync()
    {
        if (_stopping is { } stopping)
            await stopping.CancelAsync();
        await _editing;
        _stopping?.Dispose();
        _stopping = null;
    }

    /// <summary>Waits until nothing is on its way any more.</summary>
    /// <exception cref="TimeoutException">Some edits have got no answer within <paramref name="limit"/>; they are counted as unanswered.</exception>
    public async Task SettleAsync(TimeSpan limit)
    {
        long started = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _waiting) is > 0 and var waiting)
        {
            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                _recorder.Unanswered(waiting);
                throw new TimeoutException($"{Witness.Name} waits for the answer to {waiting} edits, {limit.TotalSeconds} s after the last.");
            }

            await Task.Delay(10);
        }
    }

    /// <summary>Leaves for good. To be called once it is stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isGone)
            return;
        _isGone = true;
        Document.Happened -= Note;
        Witness.Leave();
        if (Interlocked.Exchange(ref _lostAt, 0) == 0)
            _recorder.ClientLeft();
        await _client.DisposeAsync();
        Wire.Dispose();
        _propagation?.Leave(Document.Session);
    }

    private async Task EditAsync(CancellationToken over)
    {
        var due = new DueTimes(TimeSpan.Zero);
        while (!over.IsCancellationRequested)
        {
            var intention = _habits.Next();
            if (_habits.Interval == TimeSpan.Zero)
            {
                // Latency counts from sending: there is no time at which it was due.
                await DoAsync(intention, Stopwatch.GetTimestamp()).WaitAsync(over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (intention.Kind == EditKind.Presence)
                    await Task.Delay(PresenceInterval, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            due.Add(_habits.NextPause());
            await due.WaitAsync(over);
            if (over.IsCancellationRequested)
                return;
            _recorder.Late(Stopwatch.GetElapsedTime(due.Due));
            _ = DoAsync(intention, due.Due);
        }
    }

    // Latency counts from the time at which it was due: a tool that falls behind because the server does must not hide it.
    private async Task DoAsync(Intention intention, long due)
    {
        if (intention.Kind == EditKind.Presence)
        {
            Show(intention);
            return;
        }

        Interlocked.Increment(ref _waiting);
        try
        {
            await Document.EditAsync(content => Edit((SequenceContent)content, intention, due));
            _recorder.Succeeded(Stopwatch.GetElapsedTime(due), "acknowledged");
        }
        catch (CollabException refused)
        {
            _recorder.Failed(refused.Reason, Stopwatch.GetElapsedTime(due), "refused");
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private Delta Edit(SequenceContent content, Intention intention, long due)
    {
        var delta = _habits.Style.Edit(content, intention, ref _caret)!;
        _dues.Set(++_edits, due);
        return delta;
    }

    private void Show(Intention intention)
    {
        _habits.Style.Edit((SequenceContent)Document.Content, intention, ref _caret);
        Document.ShowPresence(new Selection(_caret, _caret));
        _recorder.Happened("presence");
    }

    private void Note(DocumentEvent happened)
    {
        switch (happened)
        {
            case DocumentEvent.Changed { Origin: ChangeOrigin.Remote, Operation: { } operation }:
                _propagation?.Applied(operation.Session, operation.Sequence, _since);
                break;
            case DocumentEvent.Submitted submitted when _dues.Find(submitted.FirstEdit) is { } due:
                _propagation?.Sent(submitted.Session, submitted.Sequence, due);
                break;
            case DocumentEvent.Changed { Origin: ChangeOrigin.Resynchronized, Operation: null }:
                _recorder.Happened("snapshot");
                break;
            case DocumentEvent.PhaseChanged { Phase: DocumentPhase.Offline }:
                if (Interlocked.CompareExchange(ref _lostAt, Stopwatch.GetTimestamp(), 0) == 0)
                    _recorder.ClientLeft();
                break;
            case DocumentEvent.PhaseChanged { Phase: DocumentPhase.Live }:
                Return();
                break;
            case DocumentEvent.Diverged:
                _recorder.Went("diverged");
                break;
        }
    }

    private void Return()
    {
        if (Interlocked.Exchange(ref _lostAt, 0) is not (not 0 and var lostAt))
            return;
        _recorder.ClientJoined();
        _recorder.Happened("reconnect");
        _recorder.Admitted(Stopwatch.GetElapsedTime(lostAt));
    }
}
