namespace Orleans.Configuration;

/// <summary>How items get out of the queues; by the provider's name.</summary>
public class StreamPullingAgentOptions
{
    /// <summary>How often is looked for items. Default: 100 ms.</summary>
    public TimeSpan GetQueueMsgsTimerPeriod { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a batch that its consumer fails on is delivered again. Default: 1 minute; then it is given up.</summary>
    public TimeSpan MaxEventDeliveryTime { get; set; } = TimeSpan.FromMinutes(1);
}
