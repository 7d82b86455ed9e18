using System.ComponentModel.DataAnnotations;

namespace Collab.Grains.Sessions;

/// <summary>How long sessions last; section <c>Collab:Sessions</c>.</summary>
public sealed class SessionOptions
{
    public const string Section = "Collab:Sessions";

    /// <summary>How long a session whose connection was lost waits for it before it closes. Default 60 s, 0 to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a resume token is good, from its last use: as long as a closed tab may keep unsent edits. Default 30 days, 1 minute to 365 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan ResumeTokenLifetime { get; set; } = TimeSpan.FromDays(30);
}
