using System.ComponentModel.DataAnnotations;

namespace Collab.Grains.Access;

/// <summary>How much is kept of who may do what; section <c>Collab:Grants</c>. Ranges are checked at start-up.</summary>
public sealed class GrantOptions
{
    public const string Section = "Collab:Grants";

    /// <summary>
    /// Subjects that one document says something of; one more is refused with <c>too_many_grants</c>. A document that more people share than this is one for a pattern in their tokens, or for permissions of the host's own.
    /// Default 1,000, 1 to 100,000.
    /// </summary>
    [Range(1, 100_000)]
    public int DocumentLimit { get; set; } = 1_000;

    /// <summary>Tokens and subjects that are revoked at a time; one more is refused with <c>overloaded</c> until one of them has expired. Each web host keeps all of them in memory, some 200 bytes each. Default 100,000, 1 to 10,000,000.</summary>
    [Range(1, 10_000_000)]
    public int RevocationsLimit { get; set; } = 100_000;
}
