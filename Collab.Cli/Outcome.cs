using Collab.Cli.Archives;
using Collab.Grains.Log;
using Microsoft.Extensions.Options;

namespace Collab.Cli;

/// <summary>How a command ends: its exit code, and one line on standard error that says why.</summary>
internal static class Outcome
{
    public const int Fine = 0;

    /// <summary>The command ran, and something is damaged, different or missing; it was named.</summary>
    public const int Findings = 1;

    /// <summary>Nothing was done: wrong arguments, or what they name can't be opened.</summary>
    public const int NotDone = 2;

    public static async Task<int> OfAsync(Func<Task<int>> command, TextWriter errors)
    {
        try
        {
            return await command();
        }
        catch (Exception failure) when (failure is LogUnavailableException or OptionsValidationException or InvalidOperationException or IOException or UnauthorizedAccessException or ArchiveFormatException)
        {
            await errors.WriteLineAsync($"collab: {failure.Message}");
            return NotDone;
        }
        catch (OperationCanceledException)
        {
            await errors.WriteLineAsync("collab: interrupted.");
            return NotDone;
        }
    }
}
