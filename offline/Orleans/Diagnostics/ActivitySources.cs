using System.Diagnostics;

namespace Orleans.Diagnostics;

/// <summary>Where spans of calls come from, by name, for those who listen.</summary>
public static class ActivitySources
{
    /// <summary>Calls of the application's own grains and observers.</summary>
    public const string ApplicationGrainActivitySourceName = "Microsoft.Orleans.Application";

    /// <summary>Calls of the runtime's own, as ticks of timers.</summary>
    public const string RuntimeActivitySourceName = "Microsoft.Orleans.Runtime";

    internal static readonly ActivitySource ApplicationGrainSource = new(ApplicationGrainActivitySourceName, "1.2.0");

    internal static readonly ActivitySource RuntimeGrainSource = new(RuntimeActivitySourceName, "2.1.0");
}
