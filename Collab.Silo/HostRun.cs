namespace Collab.Silo;

/// <summary>Runs a process of Collab from its start to its end.</summary>
public static class HostRun
{
    /// <summary>Runs until the process is told to stop. Told so while it still starts, it ends what it has begun, and that is no failure: the framework's own way ends in an unhandled exception then.</summary>
    public static async Task RunToEndAsync(this WebApplication app)
    {
        await using (app)
        {
            var stopping = app.Lifetime.ApplicationStopping;
            bool isStarted = false;
            try
            {
                await app.StartAsync();
                isStarted = true;
                await app.WaitForShutdownAsync();
            }
            catch (Exception) when (stopping.IsCancellationRequested && !isStarted)
            {
                // Whatever was interrupted says so in its own way.
                await StopAsync(app);
            }
        }
    }

    private static async Task StopAsync(WebApplication app)
    {
        try
        {
            await app.StopAsync();
        }
        catch (Exception failure)
        {
            // A silo that was not up yet refuses to be taken down.
            app.Logger.LogNotStopped(failure);
        }
    }
}

internal static partial class HostRunLog
{
    [LoggerMessage(2, LogLevel.Information, "The process was told to stop while it started, and could not stop all that had started.")]
    public static partial void LogNotStopped(this ILogger logger, Exception failure);
}
