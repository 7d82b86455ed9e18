using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Collab.Grains.Log.Sqlite;

/// <summary>What makes writes survive a loss of power.</summary>
/// <remarks>
/// <c>fsync</c>, which is all that .NET has, also writes that the file was changed just now, and so the file system's own journal: twice the time of <c>fdatasync</c> where
/// blocks are written that the file has already (measured on ext4: 0.2 ms and 0.4 ms).
/// </remarks>
internal static class DiskSync
{
    private const int Interrupted = 4;
    private const int OpenDirectory = 0x10000;

    /// <summary>What was written to the file is on the disk when this returns, and so is its length.</summary>
    /// <exception cref="IOException">It may or may not be.</exception>
    public static void Flush(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }

        while (fdatasync(file) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Interrupted)
                throw new IOException($"fdatasync failed: {Marshal.GetPInvokeErrorMessage(error)} (errno {error}).", error);
        }
    }

    /// <summary>The names in a folder survive, too. Other systems than Linux do this with the file, or have no way to ask for it.</summary>
    public static void FlushFolder(string path)
    {
        if (!OperatingSystem.IsLinux())
            return;
        using var folder = open(path, OpenDirectory);
        if (folder.IsInvalid || fsync(folder) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            throw new IOException($"The folder {path} can't be synced: {Marshal.GetPInvokeErrorMessage(error)} (errno {error}).", error);
        }
    }

#pragma warning disable IDE1006, SYSLIB1054 // The C library's names; generated stubs would need unsafe code in the whole project, for arguments that need no marshalling.
    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fdatasync(SafeFileHandle file);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fsync(SafeFileHandle file);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern SafeFileHandle open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);
#pragma warning restore IDE1006, SYSLIB1054
}
