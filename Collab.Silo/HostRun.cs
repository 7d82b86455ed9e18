using Microsoft.Extensions.Options;

namespace Collab.Silo;

/// <summary>Runs a process of Collab from its start to its end.</summary>
public static class HostRun
{
    /// <summary>
    /// Runs until the process is told to stop. Told so while it still starts, it ends what it has begun, and that is no failure: the framework's own way ends in an unhandled exception then. Nor is a wrong setting a crash: what is
    /// to be set stands on the last lines, for people to read.
    /// </summary>
    /// <returns>The process's exit code: 0, or 1 where a setting is wrong.</returns>
    public static async Task<int> RunToEndAsync(this WebApplication app)
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
                return 0;
            }
            catch (Exception) when (stopping.IsCancellationRequested && !isStarted)
            {
                // Whatever was interrupted says so in its own way.
                await StopAsync(app);
                return 0;
            }
            catch (OptionsValidationException wrong)
            {
                await StopAsync(app);
                foreach (string failure in wrong.Failures)
                    await Console.Error.WriteLineAsync($"collab: {failure}");
                return 1;
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
    [LoggerMessage(102, LogLevel.Information, "The process was told to stop while it started, and could not stop all that had started.")]
    public static partial void LogNotStopped(this ILogger logger, Exception failure);
}
