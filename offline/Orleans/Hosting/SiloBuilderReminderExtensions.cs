using Orleans.Configuration;

namespace Orleans.Hosting;

/// <summary>Reminders in a database: refused.</summary>
public static class SiloBuilderReminderExtensions
{
    public static ISiloBuilder UseAdoNetReminderService(this ISiloBuilder builder, Action<AdoNetReminderTableOptions> configureOptions) =>
        throw NoCluster.Refuse(nameof(UseAdoNetReminderService));
}
