using System.Diagnostics;

namespace Collab.Tests.Deploy;

public sealed class SystemdTests
{
    [Fact]
    public async Task The_units_are_what_systemd_understands()
    {
        // Where there is no systemd nobody runs a unit.
        if (!File.Exists("/usr/bin/systemd-analyze"))
            return;
        var folder = Directory.CreateTempSubdirectory("collab-units-");
        try
        {
            foreach (string unit in Directory.EnumerateFiles(Path.Combine(DeployFiles.Folder, "systemd"), "*.service"))
            {
                // The programs are not installed here, and "verify" looks for them.
                string text = await File.ReadAllTextAsync(unit);
                await File.WriteAllTextAsync(Path.Combine(folder.FullName, Path.GetFileName(unit)), text.Replace("ExecStart=/opt/collab", "ExecStart=/bin/true /opt/collab", StringComparison.Ordinal));
            }

            using var verify = Process.Start(new ProcessStartInfo("systemd-analyze", ["verify", "--man=no", .. Directory.GetFiles(folder.FullName)]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            string said = await verify.StandardOutput.ReadToEndAsync() + await verify.StandardError.ReadToEndAsync();
            await verify.WaitForExitAsync();

            // It also reads the machine's own units that these refer to, and has its own opinion of them.
            Assert.DoesNotContain("collab-", said, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
