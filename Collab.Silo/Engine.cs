using System.Reflection;
using Prometheus;

namespace Collab.Silo;

/// <summary>Which engine this build runs on: Microsoft Orleans, or the stand-in of <c>offline/</c>, which is one node for ever.</summary>
public static partial class Engine
{
    private const string StandIn = "stand-in";

    /// <summary><c>orleans 10.4.0</c>, or <c>stand-in</c>.</summary>
    public static string Name { get; } = Describe(typeof(Grain).Assembly);

    public static bool IsStandIn => Name == StandIn;

    /// <summary>Collab's own version.</summary>
    public static string Version { get; } = VersionOf(typeof(Engine).Assembly);

    /// <summary>Says at start what runs: in the log, and as <c>collab_build_info</c>.</summary>
    public static void Publish(ILogger logger)
    {
        LogEngine(logger, Version, Name);
        Metrics
            .CreateGauge("collab_build_info", "Always 1; the labels say what runs.", "version", "runtime", "engine")
            .WithLabels(Version, Environment.Version.ToString(), Name)
            .Set(1);
    }

    [LoggerMessage(101, LogLevel.Information, "Collab {Version} runs on the engine {Engine}.")]
    private static partial void LogEngine(ILogger logger, string version, string engine);

    private static string Describe(Assembly assembly) =>
        assembly.GetName().Name!.StartsWith("Orleans", StringComparison.Ordinal) ? $"orleans {VersionOf(assembly)}" : StandIn;

    // "0.1.0+<commit>" is the SDK's form, "10.4.0. Commit Hash: <commit>" Orleans' own: the version is what stands before.
    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+', ' ')[0].TrimEnd('.') ?? "unknown";
}
