using System.Diagnostics;
using Collab.Contracts;
using Collab.Grains.Log;
using Collab.Grains.Log.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Collab.Tests.Log;

/// <summary>A process that appends is killed without warning, again and again, on one file.</summary>
public sealed class SigkillTests : IDisposable
{
    private const int Rounds = 6;

    private readonly string _folder = Directory.CreateTempSubdirectory("collab-kill-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(20260102)]
    public async Task After_SIGKILL_the_file_opens_and_has_everything_acknowledged(int seed)
    {
        var path = Path.Combine(_folder, "collab.db");
        var random = new Random(seed);
        var acknowledged = new long[AppendUntilKilled.Documents];
        for (var round = 0; round < Rounds; round++)
        {
            await RunChildAsync(path, seed + (100 * round), lines: random.Next(1, 600), acknowledged);
            using var log = SqliteOperationLog.Open(new LogOptions { Path = path }, NullLogger<SqliteOperationLog>.Instance);
            for (var document = 0; document < acknowledged.Length; document++)
                await CheckAsync(log, document, acknowledged[document], $"seed {seed}, round {round}");
        }

        Assert.True(acknowledged.Sum() > Rounds, "The children acknowledged next to nothing; this run has tested nothing.");
    }

    /// <summary>Reads so many acknowledgements, kills the child wherever it is just then, and reads what it had still printed.</summary>
    private static async Task RunChildAsync(string path, int seed, int lines, long[] acknowledged)
    {
        using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            ArgumentList = { "exec", typeof(SigkillTests).Assembly.Location, "append", path, $"{seed}" },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = child.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        for (var read = 0; ; read++)
        {
            if (read == lines)
                child.Kill();
            var line = await child.StandardOutput.ReadLineAsync(patience.Token);
            if (line is null)
            {
                Assert.True(read >= lines, $"The child ended by itself after {read} lines: {await errors}");
                break;
            }

            var words = line.Split(' ');
            if (words.Length == 2 && long.TryParse(words[1], out var revision))
                acknowledged[int.Parse(words[0])] = Math.Max(acknowledged[int.Parse(words[0])], revision);
        }

        await child.WaitForExitAsync(patience.Token);
    }

    private static async Task CheckAsync(SqliteOperationLog log, int number, long acknowledged, string when)
    {
        var document = AppendUntilKilled.Document(number);
        var description = await log.DescribeAsync(document, default);
        var head = description?.Revision.Value ?? 0;
        Assert.True(head >= acknowledged, $"Document {document}: operation {acknowledged} was acknowledged, the log ends at {head} ({when}).");
        Samples.AssertSame(
            Enumerable.Range(1, (int)head).Select(revision => AppendUntilKilled.Expected(number, revision)),
            await log.ReadAllAsync(document));
        Assert.True((await log.ReadSnapshotAsync(document, new Revision(long.MaxValue), default) ?? new(Revision.Zero, 0, default, default)).Revision.Value <= head);
    }
}
