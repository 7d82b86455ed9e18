using System.ComponentModel.DataAnnotations;

namespace Collab.Silo.Operators;

/// <summary>Where operators find what is theirs; section <c>Collab:Operations</c>. Checked at start.</summary>
public sealed class OperationsOptions
{
    public const string Section = "Collab:Operations";

    /// <summary>
    /// A port of its own for <c>/metrics</c>, <c>/operations</c>, <c>/ops</c> and the detail of <c>/health</c>, without TLS and without asking who calls: whoever reaches it is an operator. Elsewhere they are not there (404) then. None:
    /// they are where everything else is, for operators. Range 1–65535.
    /// </summary>
    [Range(1, 65535)]
    public int? Port { get; set; }

    /// <summary>The address at which that port is: as in a URL, <c>*</c> for all of this machine, for scrapes from others. Keep people from it by the network then.</summary>
    [Required]
    public string Address { get; set; } = "localhost";

    /// <summary>
    /// Where people find <c>docs/runbook.md</c>, in your wiki or repository: the live page's hints lead there, to the heading of the alert's name. An <c>http</c> or <c>https</c> URL without <c>#</c>, up to 2000 characters. Unset: the
    /// page names the heading.
    /// </summary>
    [RegularExpression("https?://[^#\\s]{1,1990}")]
    public string? RunbookUrl { get; set; }
}
