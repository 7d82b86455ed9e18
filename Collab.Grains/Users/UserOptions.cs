using System.ComponentModel.DataAnnotations;

namespace Collab.Grains.Users;

/// <summary>What one subject may have; section <c>Collab:Limits</c>, of the silos.</summary>
public sealed class UserOptions
{
    public const string Section = "Collab:Limits";

    /// <summary>
    /// Documents that one subject may be in at once, over all its connections; another is refused with <c>too_many_documents</c>. Anonymous callers are not counted: a person has fewer
    /// tabs, and a program that opens what it never leaves is stopped. Default 200, 1 to 1,000,000.
    /// </summary>
    [Range(1, 1_000_000)]
    public int DocumentsPerUser { get; set; } = 200;
}
