using System.ComponentModel.DataAnnotations;
using Collab.Contracts.Documents;

namespace Collab.Grains.Documents;

/// <summary>Limits and policies of a document; section <c>Collab:Documents</c>. Ranges are checked at start-up.</summary>
public sealed class DocumentOptions
{
    public const string Section = "Collab:Documents";

    /// <summary>UTF-8 bytes of one submitted delta; more is refused with <c>operation_too_large</c>. Default 512 KiB, 1 KiB to 16 MiB.</summary>
    [Range(1 << 10, 16 << 20)]
    public int OperationBytesLimit { get; set; } = 512 << 10;

    /// <summary>Components of one submitted delta; more is refused with <c>operation_too_large</c>. Default 10,000, 16 to 1,000,000.</summary>
    [Range(16, 1_000_000)]
    public int OperationComponentsLimit { get; set; } = 10_000;

    /// <summary>Nesting of JSON in the attribute values and embeds of a submitted delta: 1 for an object or array that holds nothing deeper; more is <c>malformed</c>. Clients read no more than the default, so it can only be lowered. Default 8, 1 to 8.</summary>
    [Range(1, 8)]
    public int OperationDepthLimit { get; set; } = 8;

    /// <summary>Length of a document in UTF-16 code units; an operation that grows it beyond is refused with <c>document_too_long</c>. Default 16 Mi, 1 Ki to 256 Mi.</summary>
    [Range(1 << 10, 256 << 20)]
    public int DocumentLengthLimit { get; set; } = 16 << 20;

    /// <summary>Recent operations kept in memory to rebase over and to answer readers. Default 4,096, 16 to 1,000,000.</summary>
    [Range(16, 1_000_000)]
    public int WindowOperationsLimit { get; set; } = 4_096;

    /// <summary>Bytes of the window above which it is shortened, whatever the count. Default 16 MiB, 64 KiB to 1 GiB; at least four times <see cref="UncommittedBytesLimit"/>, so that what is not durable yet is always in it.</summary>
    [Range(64 << 10, 1 << 30)]
    public long WindowBytesLimit { get; set; } = 16 << 20;

    /// <summary>How many operations a submission is rebased over at most; those before the window are read from the log. A base further back is <c>revision_unavailable</c>. Default 20,000, 16 to 1,000,000.</summary>
    [Range(16, 1_000_000)]
    public int RebaseOperationsLimit { get; set; } = 20_000;

    /// <summary>How many operations a reader is sent at most before a snapshot is cheaper for both. Default 5,000, 16 to 1,000,000; keep it below <see cref="RebaseOperationsLimit"/>.</summary>
    [Range(16, 1_000_000)]
    public int CatchUpOperationsLimit { get; set; } = 5_000;

    /// <summary>Bytes decided and not yet durable; above, submissions are refused with <c>overloaded</c>. Default 4 MiB, 16 KiB to 256 MiB.</summary>
    [Range(16 << 10, 256 << 20)]
    public long UncommittedBytesLimit { get; set; } = 4 << 20;

    /// <summary>
    /// Submissions of one document in a second, in bursts ten seconds' worth; more is refused with <c>rate_limited</c>. Two cores take some 5,000 a second of all documents together, so the default leaves half of a small silo
    /// to the others, and two hundred people who all type at once stay below. Operations. Default 2,000, 1 to 1,000,000.
    /// </summary>
    [Range(1, 1_000_000)]
    public int OperationsPerSecond { get; set; } = 2_000;

    /// <summary>Sessions admitted at once; more is <c>too_many_sessions</c>. Default 5,000, 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int SessionsLimit { get; set; } = 5_000;

    /// <summary>Operations after which a snapshot is written. Default 2,000, 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int SnapshotOperations { get; set; } = 2_000;

    /// <summary>Bytes of operations after which a snapshot is written. Default 4 MiB, 1 KiB to 1 GiB.</summary>
    [Range(1 << 10, 1 << 30)]
    public long SnapshotBytes { get; set; } = 4 << 20;

    /// <summary>
    /// Of the older snapshots, the first in each so many operations is kept for good: content of the past is never further away. Default 100,000,
    /// 1 to 1,000,000,000.
    /// </summary>
    [Range(1, 1_000_000_000)]
    public long SnapshotMilestoneOperations { get; set; } = 100_000;

    /// <summary>
    /// The newest operations that are kept; what lies before is given up, up to a snapshot, when a snapshot is written and when the document is loaded. What was given up
    /// can't be read, rebased over, or looked back at; each session's newest operation stays known. Operations. Default 0, which keeps all; to 1,000,000,000.
    /// </summary>
    [Range(0, 1_000_000_000)]
    public long RetainOperations { get; set; }

    /// <summary>How long operations are kept at least; with <see cref="RetainOperations"/>, only what both let go is given up. Default 0, which keeps all for ever; to 36,500 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")]
    public TimeSpan RetainFor { get; set; }

    /// <summary>
    /// Reads of past content that a silo does at a time, for all documents. Sixteen times as many wait; more are refused with <c>overloaded</c>. Default 4, 1 to 1,000.
    /// </summary>
    [Range(1, 1_000)]
    public int PastReadsLimit { get; set; } = 4;

    /// <summary>
    /// Documents active at once in a silo. Above, the least recently used that nobody is in are deactivated; when somebody is in each, one more is refused with <c>overloaded</c>.
    /// Default 100,000, 1 to 100,000,000.
    /// </summary>
    [Range(1, 100_000_000)]
    public int ActiveDocumentsLimit { get; set; } = 100_000;

    /// <summary>Memory of the active documents of a silo, content and recent operations; above, as for <see cref="ActiveDocumentsLimit"/>. Bytes. Default 2 GiB, 1 MiB to 1 TiB.</summary>
    [Range(1L << 20, 1L << 40)]
    public long ActiveBytesLimit { get; set; } = 2L << 30;

    /// <summary>
    /// How much of the memory that this process may have is in use (committed and not fragmented, as the garbage collector knows it; in a container the limit is the container's, three quarters of it unless
    /// the runtime is told otherwise) before the documents that nobody is in are put away, least recently used first, until it is a twentieth less. Ratio. Default 0.8, 0.1 to 1, which never does.
    /// </summary>
    [Range(0.1, 1)]
    public double MemoryUseLimit { get; set; } = 0.8;

    /// <summary>
    /// How long a document that nobody is in or asks for stays in memory. Its next life begins on the least loaded silo, so the shorter, the sooner a silo that joined takes its share; but
    /// hosts renew every ten seconds or so what people are in, and that must not be idle in between. Default 5 min, 30 s to 1 day.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:30", "1.00:00:00")]
    public TimeSpan IdleLimit { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Operations a second, over ten seconds, from which a document is hot: counted in <c>collab_hot_documents</c> and said once in the log. No longer below a half of it. Default 200, 1 to 1,000,000.
    /// </summary>
    [Range(1, 1_000_000)]
    public int HotOperationsPerSecond { get; set; } = 200;

    /// <summary>
    /// Encoded snapshots that a silo keeps for readers who come together. Above, those used least recently are let go, and encoded anew for the next reader; after 15 to 30 s without a reader
    /// they are anyway. Bytes. Default 256 MiB, 0 to 1 TiB.
    /// </summary>
    [Range(0L, 1L << 40)]
    public long SharedSnapshotsBytesLimit { get; set; } = 256 << 20;

    /// <summary>What clients are told of these.</summary>
    internal DocumentLimits Told => new(OperationBytesLimit, DocumentLengthLimit);

    internal bool RetainsAll => RetainOperations == 0 && RetainFor == TimeSpan.Zero;
}
