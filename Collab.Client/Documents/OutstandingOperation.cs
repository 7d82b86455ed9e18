using Collab.Client.Messages;

namespace Collab.Client.Documents;

/// <summary>What was sent and is not acknowledged: the very message, so that a resubmission is the same byte for byte, with its original base.</summary>
/// <param name="Session">The session that sent it. Its sequence means nothing in another.</param>
internal sealed record OutstandingOperation(string Session, ClientMessage.Submit Message)
{
    /// <summary>The server said that the log has it, so it will come with the stream and need not be sent again.</summary>
    public bool IsApplied { get; set; }

    /// <summary>How often it was sent since the session was admitted. The answer to a single submission settles it; one of several does not.</summary>
    public int TimesSent { get; set; }

    /// <summary>The first of the edits made here that it holds, counted from 1.</summary>
    public long FirstEdit { get; init; }

    /// <summary>How many of the edits made here it and what went before it hold.</summary>
    public long EditsCovered { get; init; }

    /// <summary>When to send it again if nothing is heard.</summary>
    public TimeSpan RepeatAt { get; set; }

    public bool Is(Operation operation) => operation.Sequence == Message.Sequence && operation.Session == Session;
}
