namespace Orleans.Configuration;

/// <summary>Where silos find each other.</summary>
public class AdoNetClusteringSiloOptions
{
    public string? ConnectionString { get; set; }

    public string Invariant { get; set; } = null!;
}

/// <summary>Where clients find silos.</summary>
public class AdoNetClusteringClientOptions
{
    public string? ConnectionString { get; set; }

    public string Invariant { get; set; } = null!;
}

/// <summary>Where reminders are kept.</summary>
public class AdoNetReminderTableOptions
{
    public string? ConnectionString { get; set; }

    public string Invariant { get; set; } = null!;
}

/// <summary>Where the state of grains is kept.</summary>
public class AdoNetGrainStorageOptions
{
    public string? ConnectionString { get; set; }

    public string Invariant { get; set; } = null!;
}
