namespace Collab.Tests.Stress.Broken;

/// <summary>What a <see cref="BrokenHost"/> does wrong, once in so many operations.</summary>
public enum Fault
{
    None,

    /// <summary>The log that is durable lacks an operation that everybody saw; what comes after it has moved up.</summary>
    LogDrops,

    /// <summary>The log that is durable has an operation twice.</summary>
    LogDoubles,

    /// <summary>The log that is durable has two neighbours the other way round.</summary>
    LogReorders,

    /// <summary>The log that is durable has another letter than everybody saw.</summary>
    LogAlters,

    /// <summary>An edit is acknowledged, and takes its place in the log, but does nothing.</summary>
    HostDrops,

    /// <summary>An edit is applied a second time, as one of a session that nobody has.</summary>
    HostDoubles,

    /// <summary>An edit is taken with another letter than its author typed.</summary>
    HostAlters,

    /// <summary>An edit of rich text is taken without its formats.</summary>
    HostLosesFormats,

    /// <summary>One reader is not sent an operation, and does not notice: revisions are counted on.</summary>
    ReaderMisses,

    /// <summary>One reader is sent an operation twice, under two revisions.</summary>
    ReaderHearsTwice,

    /// <summary>One reader is sent two neighbours the other way round, each under the other's revision.</summary>
    ReaderHearsInOtherOrder,

    /// <summary>One reader is sent another letter than the log has.</summary>
    ReaderHearsOtherwise,

    /// <summary>The snapshot that stands for history that was given up has another letter.</summary>
    SnapshotAlters,
}
