namespace Collab.Operations.Conflicts;

/// <summary>
/// The conflicts that sequences know. Whether two deltas conflict, and by which word, does not depend on which of them came first; only
/// the resolution does.
/// </summary>
public static class ConflictKinds
{
    /// <summary>Both insert at one position. The earlier stands left (<see cref="ConflictResolution.Ordered"/>).</summary>
    public const string ConcurrentInsert = "concurrent_insert";

    /// <summary>Both delete the same text. It is deleted once (<see cref="ConflictResolution.Merged"/>).</summary>
    public const string OverlappingDelete = "overlapping_delete";

    /// <summary>
    /// One inserts strictly inside a range that the other deletes. The insert stays, whichever came first
    /// (<see cref="ConflictResolution.Kept"/>).
    /// </summary>
    public const string InsertIntoDeleted = "insert_into_deleted";

    /// <summary>
    /// Both set one attribute of the same text: to different values, the later wins (<see cref="ConflictResolution.Overwritten"/>); to equal
    /// values, it happens once (<see cref="ConflictResolution.Merged"/>).
    /// </summary>
    public const string FormatAgainstFormat = "format_against_format";

    /// <summary>
    /// One formats text that the other deletes. The text is gone: the later format has nothing to act on (<see cref="ConflictResolution.Dropped"/>),
    /// or the later delete takes the earlier format with it (<see cref="ConflictResolution.Overwritten"/>).
    /// </summary>
    public const string FormatOnDeleted = "format_on_deleted";

    /// <summary>All of them; a metric's closed set of label values.</summary>
    public static IReadOnlyList<string> All { get; } =
        [ConcurrentInsert, OverlappingDelete, InsertIntoDeleted, FormatAgainstFormat, FormatOnDeleted];
}
