using System.Collections.Concurrent;
using System.Diagnostics;
using Collab.Stress.Reporting;

namespace Collab.Stress.Editing.Measures;

/// <summary>
/// From when an edit was due at its author until each other client of the document has applied it: exactly, operation by operation. Of edits that were composed into one operation the first counts.
/// </summary>
/// <remarks>A client that gets content as a snapshot applies no operation of its own to measure; nor does one that comes to an operation so late that it is forgotten, after a minute at least.</remarks>
internal sealed class Propagation(Recorder recorder)
{
    // Bounds what sessions that nobody here is leave behind.
    private const int EarlyLimit = 1024;

    // So many that have left are remembered: what they sent last may still be on its way to others.
    private const int LeftLimit = 64;

    private static readonly long Memory = 60 * Stopwatch.Frequency;

    private readonly ConcurrentDictionary<string, Author> _authors = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _left = [];

    /// <summary>Whose operations are remembered.</summary>
    public int AuthorsCount => _authors.Count;

    /// <summary>An operation went out.</summary>
    /// <param name="due">When its first edit was due, by the stopwatch.</param>
    public void Sent(string session, long sequence, long due)
    {
        var author = AuthorOf(session);
        lock (author)
        {
            author.Sent.Set(sequence, due);
            for (int i = author.Early.Count - 1; i >= 0; i--)
            {
                if (author.Early[i].Sequence != sequence)
                    continue;
                Record(due, author.Early[i].At, author.Early[i].Since);
                author.Early.RemoveAt(i);
            }
        }
    }

    /// <summary>Another client has applied it.</summary>
    /// <param name="since">From when on that one was there, by the stopwatch: what was due before is not on its way to it, but history.</param>
    public void Applied(string session, long sequence, long since)
    {
        long now = Stopwatch.GetTimestamp();
        var author = AuthorOf(session);
        if (author.Sent.Find(sequence) is not { } due)
        {
            // The author's thread has sent it and not come to tell so yet; or it is none of this run's.
            lock (author)
            {
                if (author.Sent.Find(sequence) is not { } told)
                {
                    if (author.Early.Count < EarlyLimit)
                        author.Early.Add((sequence, now, since));
                    return;
                }

                due = told;
            }
        }

        Record(due, now, since);
    }

    /// <summary>This session is over.</summary>
    public void Leave(string session)
    {
        if (!_authors.ContainsKey(session))
            return;
        _left.Enqueue(session);
        while (_left.Count > LeftLimit && _left.TryDequeue(out string? forgotten))
            _authors.TryRemove(forgotten, out _);
    }

    private Author AuthorOf(string session) => _authors.GetOrAdd(session, static _ => new Author());

    private void Record(long due, long applied, long since)
    {
        if (due >= since)
            recorder.Propagated(Stopwatch.GetElapsedTime(due, applied));
    }

    private sealed class Author
    {
        public SequenceTimes Sent { get; } = new(Memory);

        /// <summary>Applied by somebody before it was told that it was sent.</summary>
        public List<(long Sequence, long At, long Since)> Early { get; } = [];
    }
}
