using System.Diagnostics;

namespace Collab.Tests.Crash.Outages;

/// <summary>A disk that can be filled: a tmpfs of a few megabytes. Mounting takes root.</summary>
/// <remarks>A shell stands between and unmounts when its input ends, which it does when this process ends, however that happens.</remarks>
internal sealed class SmallDisk : IAsyncDisposable
{
    private const string Script = """
        folder=$(mktemp -d /tmp/collab-disk-XXXXXX) && mount -t tmpfs -o "size=$1m,mode=755" collab-test "$folder" && echo "$folder" || exit
        trap : INT TERM HUP
        read -r _
        umount -l "$folder"
        rmdir "$folder"
        """;

    private readonly Process _shell;
    private readonly int _megabytes;

    private SmallDisk(Process shell, string folder, int megabytes) => (_shell, Folder, _megabytes) = (shell, folder, megabytes);

    /// <summary>Where it is mounted.</summary>
    public string Folder { get; }

    private string Ballast => Path.Combine(Folder, "ballast");

    public static async Task<SmallDisk> MountAsync(int megabytes)
    {
        var start = new ProcessStartInfo("sh") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["-c", Script, "sh", $"{megabytes}"])
            start.ArgumentList.Add(argument);
        var shell = Process.Start(start)!;
        if (await shell.StandardOutput.ReadLineAsync() is { } folder)
            return new SmallDisk(shell, folder, megabytes);
        string error = await shell.StandardError.ReadToEndAsync();
        shell.Dispose();
        throw new InvalidOperationException($"A tmpfs of {megabytes} MB could not be mounted, which takes root: {error}");
    }

    /// <summary>Leaves not a byte free.</summary>
    public async Task FillAsync()
    {
        // In small pieces, and until nothing at all goes in: others write to it meanwhile.
        byte[] piece = new byte[4096];
        try
        {
            await using var file = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
            for (long written = 0; written < (long)_megabytes << 20; written += piece.Length)
                file.Write(piece);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    public void Free() => File.Delete(Ballast);

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
    }
}
