namespace Collab.Silo;

/// <summary>
/// <c>Collab.Silo schema</c>: makes the tables of log and cluster, or brings them up to this version, and ends. So the role that hosts run as need not be allowed to change a table: this is run before them, with a
/// role that is.
/// </summary>
public static class SchemaCommand
{
    /// <summary>The first argument that makes a silo do only this.</summary>
    public const string Command = "schema";

    /// <param name="arguments">Settings as the silo's own command line has them. The environment and <c>appsettings.json</c> count as they do for it.</param>
    /// <returns>0: all is as this version needs it. What is wrong is thrown, as a host's start does.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        // What a host does before anything else of it starts is all that there is here.
        var builder = Host.CreateApplicationBuilder(arguments);
        builder.AddCollabSchema();
        using var host = builder.Build();
        await host.StartAsync();
        await host.StopAsync();
        return 0;
    }
}
