using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Collab.Client;
using Collab.Operations.Ropes;
using Collab.Stress.Connections;
using Collab.Stress.Integrity;
using Collab.Stress.Reporting;
using Collab.Stress.Server;

namespace Collab.Stress.Traces;

/// <summary>One document into which a trace is typed, each of its agents by a client of its own.</summary>
/// <remarks>
/// The order of the recording is kept: a transaction goes out when the one before it is durable. So each gets the revision that it has in the trace, and its author's replica is led to exactly the revision that the author had, with what
/// others have done since held back: what was concurrent then is concurrent now, and server and clients transform it. The text at the end is then the trace's, whichever way ties are broken.
/// </remarks>
internal sealed class TraceReplay(EditingTrace trace, string id, StressPlan plan, StressServer server, Recorder recorder) : IAsyncDisposable
{
    private readonly List<(CollabClient Client, Wire Wire)> _clients = [];
    private readonly List<HeldDocument> _agents = [];

    // By transaction: the revision after it. What changes nothing makes none.
    private readonly long[] _revisions = new long[trace.Transactions.Count + 1];

    // By revision: when it went out, and whose it is.
    private readonly long[] _sentAt = new long[trace.Transactions.Count + 2];
    private readonly int[] _authors = new int[trace.Transactions.Count + 2];
    private int _done;
    private string? _stopped;

    public WatchedDocument Watched { get; } = new(id);

    public async Task OpenAsync(CancellationToken cancellation)
    {
        await using (var creator = server.Connect("creator"))
        {
            await creator.CreateAsync(id, "text", title: $"Load test: {trace.Name}", cancellation: cancellation);
            if (trace.Start.Length > 0)
            {
                var opened = await creator.OpenAsync(id, cancellation);
                var witness = Watched.Watch("creator", opened);
                await opened.ReplaceAsync(0, 0, trace.Start, cancellation);
                witness.Leave();
                _revisions[0] = 1;
            }
        }

        for (int agent = 0; agent < trace.Agents; agent++)
        {
            string name = $"agent {agent}";
            var wire = new Wire(recorder);
            _clients.Add((server.Connect(name, wire), wire));
            recorder.ClientJoined();
            var document = await _clients[^1].Client.OpenAsync(id, cancellation);
            Watched.Watch(name, document);
            int number = agent;
            _agents.Add(new HeldDocument(document, revision => Arrived(number, revision)));
        }
    }

    /// <summary>Replays until the end of the trace, or until <paramref name="over"/>.</summary>
    public async Task DriveAsync(CancellationToken over)
    {
        long started = Stopwatch.GetTimestamp();
        foreach (var transaction in trace.Transactions)
        {
            long due = started + (long)(plan.Speed.Of(transaction.Due).TotalSeconds * Stopwatch.Frequency);
            // Timers count whole milliseconds, and cut off what is more: up, therefore, for nothing is done before it is due.
            if (plan.Speed.IsPaced && Math.Ceiling(Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due).TotalMilliseconds) is > 0 and var early)
                await Task.Delay(TimeSpan.FromMilliseconds(early), over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (over.IsCancellationRequested || !await TryDoAsync(transaction, due))
                return;
        }
    }

    /// <summary>From now on everybody sees everything.</summary>
    public void Release() => _agents.ForEach(agent => agent.Release());

    /// <summary>Holds the text at the end against the trace's.</summary>
    /// <param name="isWrong">Whether that is something wrong, and not only something that could not be compared.</param>
    /// <returns>A sentence; null if it is the same.</returns>
    public string? CompareText(out bool isWrong)
    {
        isWrong = false;
        if (_done < trace.Transactions.Count)
            return $"{id}: the text at the end of the trace, for {_stopped ?? "time was up"} after {_done} of {trace.Transactions.Count} transactions.";
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_agents[0].Document.Content.ToString()!)));
        isWrong = hash != trace.FinalSha256;
        return isWrong ? $"{id}: the text at the end has the SHA-256 {hash}; the trace's is {trace.FinalSha256}." : null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (client, wire) in _clients)
        {
            await client.DisposeAsync();
            wire.Dispose();
            recorder.ClientLeft();
        }
    }

    private async Task<bool> TryDoAsync(TraceTransaction transaction, long due)
    {
        var agent = _agents[transaction.Agent];
        try
        {
            await agent.AdvanceAsync(_revisions[transaction.Base], plan.Timeout);
            if (agent.Document.Revision > _revisions[transaction.Base])
            {
                _stopped = "a client came back to a snapshot that is newer than what its author had seen";
                return false;
            }

            long sent = Stopwatch.GetTimestamp();
            if (plan.Speed.IsPaced)
                recorder.Late(Stopwatch.GetElapsedTime(due, sent));
            if (Submit(agent, transaction, sent))
            {
                await agent.AdvanceAsync(_revisions[_done + 1], plan.Timeout);
                recorder.Succeeded(Stopwatch.GetElapsedTime(plan.Speed.IsPaced ? due : sent), "acknowledged");
            }

            _done++;
            return true;
        }
        catch (CollabException refused)
        {
            recorder.Failed(refused.Reason, status: "refused");
            _stopped = $"the server refused it ({refused.Reason})";
        }
        catch (TimeoutException)
        {
            recorder.Unanswered(1);
            _stopped = $"there was no answer within {plan.Timeout.TotalSeconds} s";
        }

        return false;
    }

    // False: it changes nothing, and nothing is sent.
    private bool Submit(HeldDocument agent, TraceTransaction transaction, long now)
    {
        bool isIdentity = false;
        long revision = _revisions[_done] + 1;
        _authors[revision] = transaction.Agent;
        Volatile.Write(ref _sentAt[revision], now);
        agent.Document.Edit(content =>
        {
            var delta = transaction.ToDelta(((SequenceContent)content).Length);
            isIdentity = delta.IsIdentity;
            return delta;
        });
        _revisions[_done + 1] = isIdentity ? revision - 1 : revision;
        return !isIdentity;
    }

    private void Arrived(int agent, long revision)
    {
        // An author's own is its acknowledgement; the document's initial text was nobody's here.
        if (revision < _sentAt.Length && Volatile.Read(ref _sentAt[revision]) is > 0 and var sent && agent != _authors[revision])
            recorder.Propagated(Stopwatch.GetElapsedTime(sent));
    }
}
