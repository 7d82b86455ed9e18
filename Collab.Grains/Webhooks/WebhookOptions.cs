namespace Collab.Grains.Webhooks;

/// <summary>All endpoints that activity is delivered to, by name; section <c>Collab:Webhooks</c>. Default none. Checked at start; a value outside its range stops the host with a message naming it.</summary>
/// <remarks>
/// An endpoint's address comes from here and from nowhere else: nobody who uses the system can make it call an address of their choice. Every silo of a cluster has to have the same section.
/// </remarks>
public sealed class WebhooksOptions
{
    public const string Section = "Collab:Webhooks";

    /// <summary>How many there may be: each is a grain, an HTTP connection and a label's value.</summary>
    public const int EndpointsLimit = 100;

    /// <summary>By name, which is 1–32 of <c>a–z 0–9 _ -</c> and stays the same for good: the endpoint's place in the activity goes by it.</summary>
    public IDictionary<string, WebhookOptions> Endpoints { get; } = new Dictionary<string, WebhookOptions>(StringComparer.Ordinal);
}

/// <summary>One endpoint; section <c>Collab:Webhooks:&lt;name&gt;</c>.</summary>
public sealed class WebhookOptions
{
    /// <summary>Where to post to: <c>https://hooks.example/collab</c>. No default. Without TLS only to a loopback address, or with <see cref="AllowHttp"/>. Redirects are not followed.</summary>
    public string Url { get; set; } = "";

    /// <summary>Whether an address without TLS may be one of another machine: the activity then crosses the network in the clear. Default false.</summary>
    public bool AllowHttp { get; set; }

    /// <summary>
    /// What deliveries are signed with: <c>whsec_</c> and 24–64 random bytes in base64. No default; <c>echo "whsec_$(openssl rand -base64 32)"</c> makes one. Set it by the environment
    /// (<c>Collab__Webhooks__&lt;name&gt;__Secret</c>) or a secret's file. Never logged, never shown.
    /// </summary>
    public string Secret { get; set; } = "";

    /// <summary>The secret before this one, while receivers change over: deliveries carry a signature of each. Default none.</summary>
    public string PreviousSecret { get; set; } = "";

    /// <summary>Which kinds of events; the others are passed over. Default none named, which means all.</summary>
    public IList<string> Events { get; } = [];

    /// <summary>Which documents, by id; <c>*</c> stands for any characters: <c>team-7.*</c>. Default <c>*</c>.</summary>
    public string Documents { get; set; } = "*";

    /// <summary>Events in one delivery. Default 100, range 1–1,000.</summary>
    public int BatchLimit { get; set; } = 100;

    /// <summary>How old an event may be when its delivery is made up; older ones are passed over, and counted. Default 0, which means any age; range 0 or 1 min–3,650 days.</summary>
    public TimeSpan MaxAge { get; set; }

    /// <summary>
    /// How long one delivery is tried before it becomes a dead letter and the next one has its turn. Default 24 h, range 0–30 days. With 0 it gets one round of attempts.
    /// </summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromHours(24);

    /// <summary>The longest pause between two rounds of attempts; the first is 5 s, and it doubles. Default 5 min, range 10 ms–1 h. A receiver's <c>Retry-After</c> counts up to an hour.</summary>
    public TimeSpan RetryPauseLimit { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Dead letters that are kept; above, the oldest goes. Default 1,000, range 0–100,000.</summary>
    public int DeadLettersLimit { get; set; } = 1_000;

    /// <summary>How long a dead letter is kept. Default 30 days, range 1 min–3,650 days.</summary>
    public TimeSpan DeadLettersRetention { get; set; } = TimeSpan.FromDays(30);
}
