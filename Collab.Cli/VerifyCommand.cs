using System.CommandLine;
using Collab.Contracts;
using Collab.Grains.Log;
using Collab.Grains.Log.Sqlite;

namespace Collab.Cli;

/// <summary><c>collab verify</c>: reads everything and names what is damaged: every operation's checksum and place, that each fits the content before it, every snapshot against the replay.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var documents = new Option<string[]>("--document", "-d") { Description = "A document's id; may be given several times. Default: all, and SQLite's file itself." };
        var log = new LogArguments();
        var command = new Command("verify", "Reads a log, also while its server runs, and names everything that is damaged.") { documents };
        log.AddTo(command);
        command.SetAction((arguments, cancellation) => Outcome.OfAsync(
            async () =>
            {
                var reader = log.OpenForReading(arguments);
                using var closing = reader as IDisposable;
                return await RunAsync(reader, arguments.GetValue(documents) ?? [], Console.Out, cancellation);
            },
            Console.Error));
        return command;
    }

    private static async Task<int> RunAsync(ILogReader log, string[] ids, TextWriter report, CancellationToken cancellation)
    {
        var (documents, operations, findings) = (0, 0L, 0);
        if (ids.Length == 0 && log is SqliteLogReader sqlite)
        {
            foreach (var problem in await sqlite.CheckFileAsync(cancellation))
                await FindAsync($"The file: {problem}");
        }

        await foreach (var id in ids.Length > 0 ? ids.Select(id => new DocumentId(id)).ToAsyncEnumerable() : DocumentHistory.ListAsync(log, cancellation))
        {
            try
            {
                if (await DocumentHistory.FindAsync(log, id, cancellation) is { } document)
                    operations += await VerifyAsync(document, FindAsync, cancellation);
                else
                    await FindAsync($"There is no document {id}.");
            }
            catch (LogUnavailableException failure) when (failure.Fault is LogFault.Corrupt or LogFault.Other)
            {
                await FindAsync(failure.Message);
            }

            documents++;
        }

        await report.WriteLineAsync($"{documents} documents with {operations} operations read: {(findings == 0 ? "sound." : $"{findings} findings.")}");
        return findings == 0 ? Outcome.Fine : Outcome.Findings;

        async Task FindAsync(string what)
        {
            findings++;
            await report.WriteLineAsync(what);
        }
    }

    private static async Task<long> VerifyAsync(DocumentHistory document, Func<string, Task> findAsync, CancellationToken cancellation)
    {
        var (sound, damagedSnapshots) = await document.ReadSnapshotsAsync(cancellation);
        var damaged = await document.FindDamageAsync(cancellation);
        foreach (var damage in damagedSnapshots.Concat(damaged.Values))
            await findAsync(damage);
        if (damaged.Count > 0)
            return document.Description.Revision - document.Description.Start - damaged.Count;

        var snapshots = new Queue<LogSnapshot>(sound);
        var replay = document.ReplayFrom(document.Start?.Snapshot);
        await foreach (var record in document.OperationsAsync(replay.Revision, document.Description.Revision, cancellation))
        {
            replay.Apply(record);
            while (snapshots.TryPeek(out var snapshot) && snapshot.Revision <= replay.Revision)
            {
                snapshots.Dequeue();
                if (snapshot.Revision == replay.Revision && snapshot.ContentHash != replay.Content.Hash())
                    await findAsync($"The snapshot of document {document.Description.Id} at revision {snapshot.Revision} is not the content that its operations lead to.");
            }
        }

        return replay.Revision - document.Description.Start;
    }
}
