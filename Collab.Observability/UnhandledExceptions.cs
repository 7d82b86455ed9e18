using Prometheus;

namespace Collab.Observability;

/// <summary>Exceptions that nobody had foreseen, by where they came out. None of them is normal.</summary>
public static class UnhandledExceptions
{
    private static readonly Counter Exceptions = Metrics.CreateCounter("collab_unhandled_exceptions_total", "Exceptions that nobody had foreseen, by where they came out.", "component");

    /// <summary>A message's method on the hub.</summary>
    public static Counter.Child Hub { get; } = Exceptions.WithLabels("hub");

    /// <summary>An HTTP request.</summary>
    public static Counter.Child Http { get; } = Exceptions.WithLabels("http");

    /// <summary>A grain's method.</summary>
    public static Counter.Child Grain { get; } = Exceptions.WithLabels("grain");

    /// <summary>A service of the host, which stops it.</summary>
    public static Counter.Child Background { get; } = Exceptions.WithLabels("background");

    /// <summary>A thread, which ends the process, or a task that nobody asked for its outcome.</summary>
    public static Counter.Child Process { get; } = Exceptions.WithLabels("process");
}
