namespace Collab.Grains.Documents;

/// <summary>What whoever waits for operations to become durable is told.</summary>
public enum CommitOutcome
{
    Durable,

    /// <summary>Not yet, because the log is away. They stay queued and become durable when it is back, unless this activation ends before.</summary>
    Stalled,

    /// <summary>Perhaps never: this activation ends, and its next life reads what the log really has.</summary>
    InDoubt,
}
