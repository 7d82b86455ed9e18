namespace Collab.Grains.Log.Sqlite;

/// <summary>What a failed write to the commit journal means to the log.</summary>
internal static class JournalFaults
{
    private const int NoSpaceLeft = 28;

    // Windows' ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL as results.
    private static readonly int[] Full = [NoSpaceLeft, unchecked((int)0x80070070), unchecked((int)0x80070027)];

    public static LogUnavailableException Unavailable(Exception failure, string database, string what = "Writing to the commit journal of") => new(
        $"{what} {database} failed: {failure.Message}", failure, failure is IOException ? Full.Contains(failure.HResult) ? LogFault.Full : LogFault.Io : LogFault.CannotOpen);
}
