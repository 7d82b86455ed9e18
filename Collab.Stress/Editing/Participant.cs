using System.Diagnostics;
using Collab.Client;
using Collab.Client.Documents;
using Collab.Operations.Deltas;
using Collab.Operations.Ropes;
using Collab.Stress.Reporting;
using Collab.Stress.Server;

namespace Collab.Stress.Editing;

/// <summary>One client in one document: edits at its rate, and remembers what the server acknowledged.</summary>
internal sealed class Participant : IAsyncDisposable
{
    private readonly CollabClient _client;
    private readonly EditingScenario _scenario;
    private readonly StressPlan _plan;
    private readonly Random _random;
    private readonly Recorder _recorder;
    private int _waiting;
    private int _caret;

    private Participant(string name, CollabClient client, CollabDocument document, EditingScenario scenario, StressPlan plan, Random random, Recorder recorder)
    {
        (Name, _client, Document, _scenario, _plan, _random, _recorder) = (name, client, document, scenario, plan, random, recorder);
        _caret = random.Next(document.Content.Length + 1);
        document.Happened += Note;
        recorder.ClientJoined();
    }

    public string Name { get; }

    public CollabDocument Document { get; }

    public static async Task<Participant> OpenAsync(string name, string document, EditingScenario scenario, StressPlan plan, StressServer server, Random random, Recorder recorder, CancellationToken cancellation)
    {
        var client = server.Connect(name);
        try
        {
            return new Participant(name, client, await client.OpenAsync(document, cancellation), scenario, plan, random, recorder);
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Edits until <paramref name="over"/>.</summary>
    public async Task EditAsync(CancellationToken over)
    {
        // From half to one and a half of the interval, so that nobody edits in step. The next is due however late this one was; in a closed loop, when this one has come back.
        long due = Stopwatch.GetTimestamp();
        while (!over.IsCancellationRequested)
        {
            if (!_plan.IsOpenLoop)
            {
                await EditOnceAsync(Stopwatch.GetTimestamp()).WaitAsync(over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            due += (long)(_plan.Interval.TotalSeconds * (0.5 + _random.NextDouble()) * Stopwatch.Frequency);
            var early = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
            if (early > TimeSpan.Zero)
                await Task.Delay(early, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (over.IsCancellationRequested)
                return;
            _recorder.Late(Stopwatch.GetElapsedTime(due));
            _ = EditOnceAsync(due);
        }
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
                throw new TimeoutException($"{Name} waits for the answer to {waiting} edits, {limit.TotalSeconds} s after the last.");
            }

            await Task.Delay(10);
        }
    }

    public ValueTask DisposeAsync()
    {
        _recorder.ClientLeft();
        return _client.DisposeAsync();
    }

    // Latency counts from the time at which the edit was due: a tool that falls behind because the server does must not hide it.
    private async Task EditOnceAsync(long due)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            var saved = Document.EditAsync(Edit);
            Document.ShowPresence(new Selection(_caret, _caret), isTyping: true);
            await saved;
            _recorder.Succeeded(Stopwatch.GetElapsedTime(due), "acknowledged");
        }
        catch (CollabException refused)
        {
            _recorder.Failed(refused.Reason, status: "refused");
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        Delta Edit(Collab.Operations.IContent content) => _scenario.Edit((SequenceContent)content, _random, ref _caret);
    }

    private void Note(DocumentEvent happened)
    {
        if (happened is DocumentEvent.Diverged)
            _recorder.Went("diverged");
    }
}
