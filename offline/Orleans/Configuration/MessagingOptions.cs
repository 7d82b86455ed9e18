namespace Orleans.Configuration;

/// <summary>How calls are sent.</summary>
public abstract class MessagingOptions
{
    /// <summary>How long a caller waits before it gets a <see cref="TimeoutException"/>. The grain's turn goes on. Default: 30 s.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>How a silo sends calls.</summary>
public class SiloMessagingOptions : MessagingOptions
{
    /// <summary>How often a call is passed on by activations that end before it ran. Default: 2; then it is rejected.</summary>
    public int MaxForwardCount { get; set; } = 2;
}
