namespace Collab.Tests.Monitoring;

/// <summary>Where Prometheus' programs are: on the PATH, under Debian's name or their own.</summary>
internal static class MonitoringPrograms
{
    public static string Prometheus => Find("prometheus");

    public static string Promtool => Find("promtool");

    public static string Alertmanager => Find("prometheus-alertmanager", "alertmanager");

    public static string Amtool => Find("amtool");

    public static string PostgresExporter => Find("prometheus-postgres-exporter", "postgres_exporter");

    /// <exception cref="FileNotFoundException">None is installed; the message says which package has it.</exception>
    private static string Find(params string[] names)
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException(
                $"There is no {string.Join(" or ", names)} on the PATH. ./collab test installs Debian's packages prometheus, prometheus-alertmanager and prometheus-postgres-exporter.");
    }
}
