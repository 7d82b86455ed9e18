using System.ComponentModel.DataAnnotations;
using Collab.Contracts.Access;

namespace Collab.Web.Security;

/// <summary>Who is let in; section <c>Collab:Access</c>. Ranges are checked at start-up, and so is whether all of it together is safe: see <c>docs/security.md</c>.</summary>
public sealed class AccessOptions
{
    public const string Section = "Collab:Access";

    /// <summary>The keys of back ends. May change while the host runs.</summary>
    public IList<ApiKeyOptions> ApiKeys { get; } = [];

    /// <summary>
    /// What those may do who show no credential, in every document. Unset: in the environment <c>Development</c> everything (<c>owner</c>, and as an operator) for connections from this very machine that no proxy has
    /// passed on, and elsewhere nothing. Above <c>viewer</c> a host starts only in Development on loopback, or with <see cref="AllowInsecure"/>.
    /// </summary>
    public Role? Anonymous { get; set; }

    /// <summary>Whether a host starts although its settings let strangers in or keep everybody out; each such setting is a warning then, no error.</summary>
    public bool AllowInsecure { get; set; }

    /// <summary>ASP.NET Core authentication schemes that are asked who somebody is, in this order; the first that knows decides. None: <c>Collab.Token</c> and <c>Collab.ApiKey</c>.</summary>
    public IList<string> Schemes { get; } = [];

    /// <summary>How long a connection may stay open without anybody being known behind it: from the handshake, or from when its token expired. Then it is closed. Default 10 s, 1 s to 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan AuthenticationTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an access token is good whose request names no lifetime. Short, because it is also how long one that got lost is good unless it is revoked. Default 15 min, 10 s to 30 d.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "30.00:00:00")]
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>The longest lifetime that a request for an access token may name; more is <c>malformed</c>. Revocations are kept as long. Default 1 d, 10 s to 30 d.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "30.00:00:00")]
    public TimeSpan TokenLifetimeLimit { get; set; } = TimeSpan.FromDays(1);

    /// <summary>The schemes that are asked.</summary>
    internal IEnumerable<string> AskedSchemes => Schemes.Count > 0 ? Schemes : [CollabSchemes.Token, CollabSchemes.ApiKey];
}

/// <summary>One key of a back end; section <c>Collab:Access:ApiKeys:0</c> and so on. <c>./collab apikey NAME</c> makes one.</summary>
public sealed class ApiKeyOptions
{
    internal const int NameLimit = 64;

    /// <summary>Who calls with it: the subject <c>key:NAME</c>. 1–64 characters of <c>A–Z a–z 0–9 . _ -</c>; two keys may share a name while one takes over from the other.</summary>
    public string Name { get; set; } = "";

    /// <summary>SHA-256 of the key, in base64. The key itself is configured nowhere.</summary>
    public string Hash { get; set; } = "";

    /// <summary>The documents that it is for, and those of the tokens that it may ask for, by id; <c>*</c> stands for any characters.</summary>
    public string Documents { get; set; } = "*";

    /// <summary>What it may do there itself, and the most that its tokens may.</summary>
    public Role Role { get; set; } = Role.Owner;

    /// <summary>Whether whoever has it runs the system: <c>/metrics</c>, <c>/operations</c>, <c>/api/activity</c>, the detail of <c>/health</c>.</summary>
    public bool IsOperator { get; set; }

    /// <summary>When it ends, as <c>2027-01-31T00:00:00Z</c>; tokens that it asked for may outlive it. Default: never.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }
}
