namespace Orleans.Configuration;

/// <summary>The cluster's names; here they name the only node.</summary>
public class ClusterOptions
{
    public const string DefaultClusterId = "default";

    public const string DefaultServiceId = "default";

    public string ClusterId { get; set; } = DefaultClusterId;

    public string ServiceId { get; set; } = DefaultServiceId;
}
