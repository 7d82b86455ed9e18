namespace Orleans.Configuration;

/// <summary>How a client looks for silos; without effect where there is no client.</summary>
public class GatewayOptions
{
    public TimeSpan GatewayListRefreshPeriod { get; set; } = TimeSpan.FromMinutes(1);
}
