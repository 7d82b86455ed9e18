namespace Orleans.Runtime;

/// <summary>Keys under which the runtime asks for its clocks; unless registered, each is the container's <see cref="TimeProvider"/>.</summary>
public static class TimeProviderNames
{
    /// <summary>Grain timers.</summary>
    public const string Grains = "Orleans.Grains";

    /// <summary>Collection of idle activations.</summary>
    public const string ActivationManagement = "Orleans.ActivationManagement";

    /// <summary>The look-out for calls that have waited for too long.</summary>
    public const string Messaging = "Orleans.Messaging";
}
