using Collab.Operations;

namespace Collab.Client.Documents;

/// <summary>
/// The content as this client sees it: what the log says at a revision (<see cref="Synchronized"/>), then at most one delta that
/// was sent (<see cref="Outstanding"/>), then what was typed since (<see cref="Buffer"/>). The algebra of the state machine, without its protocol.
/// </summary>
/// <remarks>
/// Invariant: Content = Synchronized · Outstanding · Buffer. What the log holds stands first in every transform, as at the authority;
/// since both sides move the same deltas over the same others in the same order, they end in the same content (TP1).
/// Pictures after ot.js: down is what the log says, right is what was typed here.
/// </remarks>
internal sealed class Replica(IDocumentKind kind, long revision, IContent content)
{
    public IDocumentKind Kind => kind;

    public long Revision { get; private set; } = revision;

    /// <summary>The log's content at <see cref="Revision"/>.</summary>
    public IContent Synchronized { get; private set; } = content;

    /// <summary>What is shown: pending edits included.</summary>
    public IContent Content { get; private set; } = content;

    /// <summary>What was sent and is not acknowledged, as it would apply to <see cref="Synchronized"/> now; null for nothing.</summary>
    public IDelta? Outstanding { get; private set; }

    /// <summary>What was typed since and not sent; null for nothing.</summary>
    public IDelta? Buffer { get; private set; }

    /// <summary>Takes an edit made here, based on <see cref="Content"/>.</summary>
    /// <exception cref="LengthMismatchException">It was made against other content.</exception>
    public void Edit(IDelta delta)
    {
        Content = Content.Apply(delta);
        // Composing is right only because nobody has seen the buffer: transform does not distribute over compose.
        var buffer = Buffer is null ? delta : kind.Compose(Buffer, delta);
        Buffer = buffer.IsIdentity ? null : buffer;
    }

    /// <summary>Makes the buffer outstanding: it is about to be sent. Null if there is nothing to send.</summary>
    public IDelta? TakeBuffer()
    {
        (Outstanding, Buffer) = (Buffer, null);
        return Outstanding;
    }

    /// <summary>Puts the outstanding delta back in front of the buffer. Only when it is certain that it never will be applied as it was sent.</summary>
    public void Unsend()
    {
        if (Outstanding is null)
            return;
        var both = Buffer is null ? Outstanding : kind.Compose(Outstanding, Buffer);
        Buffer = both.IsIdentity ? null : both;
        Outstanding = null;
    }

    /// <summary>What is pending, as one delta of <see cref="Synchronized"/>; null for nothing.</summary>
    public IDelta? Pending => Outstanding is null || Buffer is null ? Outstanding ?? Buffer : kind.Compose(Outstanding, Buffer);

    /// <summary>Takes everything pending back: the person gave it up.</summary>
    /// <returns>The change of <see cref="Content"/>.</returns>
    public IDelta Discard()
    {
        var inverse = kind.Invert(Pending!, Synchronized);
        (Outstanding, Buffer, Content) = (null, null, Synchronized);
        return inverse;
    }

    /// <summary>Takes the log's next operation, somebody else's.</summary>
    /// <returns>The same as a change of <see cref="Content"/>.</returns>
    /// <exception cref="LengthMismatchException">It does not fit; nothing has changed.</exception>
    public IDelta Receive(IDelta incoming)
    {
        Synchronized = Synchronized.Apply(incoming);
        Revision++;
        return Descend(incoming);
    }

    /// <summary>Takes the log's next operation, which is the outstanding one.</summary>
    /// <param name="committed">The delta that the log has.</param>
    /// <returns>A change of <see cref="Content"/>, or null when the log has what is shown already, as it nearly always does.</returns>
    public IDelta? Acknowledge(IDelta committed)
    {
        var before = Synchronized;
        var sent = Outstanding!;
        Synchronized = before.Apply(committed);
        Revision++;
        Outstanding = null;
        if (committed.Equals(sent))
            return null;

        // A snapshot once took the place of operations that `sent` should have been moved over one by one; it was moved over the difference
        // instead. Where the two disagree the log is right: c is what it has, s what is shown, and s⁻¹·c leads from the one to the other.
        //
        //     •──s──▶•──buffer──▶•
        //      ╲     │           │
        //       c  s⁻¹·c      returned
        //        ╲   ▼           ▼
        //         ──▶•──buffer'─▶•
        return Descend(kind.Compose(kind.Invert(sent, before), committed));
    }

    /// <summary>Takes the outstanding delta back, since the server refused it for good; what was typed after it stays.</summary>
    /// <returns>The change of <see cref="Content"/>.</returns>
    public IDelta Undo()
    {
        //     •──outstanding──▶•──buffer──▶•
        //     ▲                │           │
        //     └────────────────┘        returned
        //        inverse                   ▼
        //     •────────buffer'────────────▶•
        var inverse = kind.Invert(Outstanding!, Synchronized);
        Outstanding = null;
        return Descend(inverse);
    }

    /// <summary>The outstanding delta is part of the content that will come next as a snapshot: it belongs to the synchronized content now.</summary>
    public void AbsorbOutstanding()
    {
        Synchronized = Synchronized.Apply(Outstanding!);
        Outstanding = null;
    }

    /// <summary>Goes to a snapshot; pending edits move over the difference as if that were one operation of somebody else.</summary>
    /// <returns>The change of <see cref="Content"/>.</returns>
    public IDelta Replace(long revision, IContent snapshot)
    {
        var difference = kind.Difference(Synchronized, snapshot);
        Synchronized = snapshot;
        Revision = revision;
        return Descend(difference);
    }

    // Moves a change of the synchronized content down through what is pending, and what is pending over it.
    //
    //     •──outstanding──▶•──buffer──▶•
    //     │                │           │
    //  incoming         incoming'   incoming'' = returned
    //     ▼                ▼           ▼
    //     •──outstanding'─▶•──buffer'─▶•
    private IDelta Descend(IDelta incoming)
    {
        if (Outstanding is not null)
            (incoming, Outstanding) = kind.Transform(incoming, Outstanding);
        if (Buffer is not null)
        {
            (incoming, Buffer) = kind.Transform(incoming, Buffer);
            if (Buffer.IsIdentity)
                Buffer = null;
        }

        Content = Outstanding is null && Buffer is null ? Synchronized : Content.Apply(incoming);
        return incoming;
    }
}
