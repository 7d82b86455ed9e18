using System.Buffers;
using Collab.Client.Access;
using Collab.Client.Messages;

namespace Collab.Client.Documents;

/// <summary>
/// The person's own edits on their way into the log: in which session and under which sequence they are sent, when, when again, and how many of them
/// are settled. What they are is in <see cref="Replica"/>. Pure: it is told the time.
/// </summary>
/// <param name="jitter">Spreads retries; seeded in the simulation.</param>
internal sealed class OutgoingEdits(string document, Random jitter)
{
    /// <summary>A submission or a read that nobody answered is repeated after this time.</summary>
    public static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    // An edit that is refused as forbidden to somebody whose role allows it is tried again: the news of the role and the refusal may cross.
    private readonly Backoff _forbiddenBackoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), jitter);

    // The newest that was given to an operation of this session.
    private long _sequence;

    // The first of the edits in the replica's buffer, where there is one.
    private long _firstBuffered;

    // A base was too old to be rebased. Until something is acknowledged, edits are sent from the head only: based on a snapshot that is itself as
    // old as that, they would be refused again and again.
    private bool _sendsFromHead;

    public string? Session { get; private set; }

    /// <summary>What the person may do; null before the server has said, and from one that names no roles.</summary>
    public DocumentRole? Role { get; private set; }

    /// <summary>How many edits were made here.</summary>
    public long Made { get; private set; }

    /// <summary>How many of them were settled when an operation last was; while nothing is pending, all are.</summary>
    public long Saved { get; private set; }

    /// <summary>Until when what was refused as forbidden is not sent again; null once it was, or the role has been said anew.</summary>
    public TimeSpan? BarredUntil { get; private set; }

    /// <summary>Null if nothing is on its way.</summary>
    public OutstandingOperation? Outstanding { get; private set; }

    /// <summary>The outstanding operation, if it was sent in the present session; null if there is none, or it was sent in one that is gone.</summary>
    public OutstandingOperation? Own => Outstanding?.Session == Session ? Outstanding : null;

    /// <summary>Whether the role allows nothing of what is pending.</summary>
    public bool IsForbidden(Replica replica) => Outstanding is null && replica.Buffer is { } buffer && !(
        Role is null or >= DocumentRole.Editor || (Role == DocumentRole.Commenter && replica.Kind.ChangesOnlyComments(buffer)));

    /// <summary>An edit was made.</summary>
    /// <param name="isFirst">Nothing was in the buffer before it.</param>
    public void Edited(bool isFirst)
    {
        // What was taken back or came to nothing stays settled.
        if (isFirst && Outstanding is null)
            Saved = Made;
        Made++;
        if (isFirst)
            _firstBuffered = Made;
    }

    /// <summary>The server admitted a session.</summary>
    /// <param name="sequence">The newest that it has applied of it.</param>
    public void Admitted(string session, long sequence)
    {
        _sequence = session == Session ? Math.Max(_sequence, sequence) : sequence;
        Session = session;
        if (Outstanding is null)
            return;
        Outstanding.IsApplied = Own is not null && Outstanding.Message.Sequence <= sequence;
        Outstanding.TimesSent = 0;
    }

    /// <summary>The session has another owner, or its token is refused: the next one is new.</summary>
    public void LeaveSession() => Session = null;

    /// <returns>Whether it is another one than before.</returns>
    public bool SetRole(DocumentRole? role)
    {
        BarredUntil = null;
        if (role == Role)
            return false;
        Role = role;
        _forbiddenBackoff.Reset();
        return true;
    }

    /// <summary>What is outstanding is to be sent again at <paramref name="time"/>: the server wants it then.</summary>
    public void RepeatAt(TimeSpan time) => Outstanding!.RepeatAt = time;

    /// <summary>The base was too old.</summary>
    public void SendFromHead() => _sendsFromHead = true;

    /// <summary>Takes the buffer as the next operation, to be sent now; null if there is nothing to send, or it has to wait.</summary>
    /// <param name="isCaughtUp">Whether everything up to the head of the admission has arrived.</param>
    public OutstandingOperation? Take(Replica replica, bool isCaughtUp, TimeSpan now)
    {
        // Also while catching up: what was typed while away is based on the revision that its author saw. Moved to the head here, the server would never
        // learn that it met what others did meanwhile: no conflict would be detected, and a strict document would take anything that was typed offline.
        if (Outstanding is not null || (_sendsFromHead && !isCaughtUp) || now < BarredUntil || IsForbidden(replica))
            return null;
        BarredUntil = null;
        if (replica.TakeBuffer() is not { } delta)
            return null;
        var encoded = new ArrayBufferWriter<byte>();
        delta.Encode(encoded);
        var message = new ClientMessage.Submit(document, ++_sequence, replica.Revision, encoded.WrittenMemory);
        return Outstanding = new OutstandingOperation(Session!, message) { FirstEdit = _firstBuffered, EditsCovered = Made, RepeatAt = now + AnswerTimeout, TimesSent = 1 };
    }

    /// <summary>Whether it was waited long enough for what is outstanding in the present session.</summary>
    public bool IsDue(TimeSpan now) => now >= Own?.RepeatAt;

    /// <summary>The own outstanding operation, to be sent again now: byte for byte, with its original base. Null if there is none, or the log has it.</summary>
    public ClientMessage.Submit? TakeAgain(TimeSpan now)
    {
        if (Own is not { } own)
            return null;
        own.RepeatAt = now + AnswerTimeout;
        if (own.IsApplied)
            return null;
        own.TimesSent++;
        return own.Message;
    }

    /// <summary>What was outstanding is in the log.</summary>
    public void Acknowledged()
    {
        _sendsFromHead = false;
        Settle();
    }

    /// <summary>What was outstanding will never be in the log, and is taken out of the content.</summary>
    public void Undone() => Settle();

    /// <summary>Everything pending was taken out of the content.</summary>
    public void Discarded() => Outstanding = null;

    /// <summary>What was outstanding was refused as forbidden. The edit stays, and waits for a role that allows it.</summary>
    /// <returns>
    /// False if it was sent several times, and an earlier one may still be under way: the next admission fences those, and says what was applied. Sent once,
    /// it is certain that it was not.
    /// </returns>
    public bool Hold(Replica replica, TimeSpan now)
    {
        if (Outstanding!.TimesSent > 1)
            return false;
        Unsend(replica);
        BarredUntil = now + _forbiddenBackoff.Next();
        return true;
    }

    /// <summary>What was outstanding goes back to the front of the buffer: it was not applied, and never will be.</summary>
    public void Unsend(Replica replica)
    {
        replica.Unsend();
        _firstBuffered = Outstanding!.FirstEdit;
        Outstanding = null;
    }

    private void Settle()
    {
        Saved = Outstanding!.EditsCovered;
        Outstanding = null;
    }
}
