using System.CommandLine;
using Collab.Cli.Archives;
using Collab.Grains.Log;
using Microsoft.Extensions.DependencyInjection;

namespace Collab.Cli;

/// <summary><c>collab import</c>: puts the documents of an archive into a log.</summary>
/// <remarks>
/// The archive is read twice: first all of it is checked, and only then anything is written. A document that is there already is gone on with if
/// the two agree as far as both go, and left alone if not. So an import that was interrupted is repeated as it was.
/// </remarks>
internal static class ImportCommand
{
    public static Command Create()
    {
        var input = new Option<string>("--input", "-i") { Description = "The file to read; - is standard input.", DefaultValueFactory = _ => "-" };
        var log = new LogArguments();
        var command = new Command("import", "Checks an archive, then puts its documents into a log. SQLite's must not be in use; repeating is harmless.") { input };
        log.AddTo(command);
        command.SetAction((arguments, cancellation) => Outcome.OfAsync(
            async () =>
            {
                await using var archive = await OpenAsync(arguments.GetValue(input)!, cancellation);
                var (whole, isAll) = await CheckAsync(archive, Console.Error, cancellation);
                archive.Position = 0;
                await using var services = log.Services(arguments);
                return await ImportAsync(archive, whole, services.GetRequiredService<IOperationLog>(), Console.Error, cancellation) && isAll ? Outcome.Fine : Outcome.Findings;
            },
            Console.Error));
        return command;
    }

    // What can't be read twice is kept aside.
    private static async Task<Stream> OpenAsync(string input, CancellationToken cancellation)
    {
        if (input != "-")
            return File.OpenRead(input);
        var copy = new FileStream(Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        await using var source = Console.OpenStandardInput();
        await source.CopyToAsync(copy, cancellation);
        copy.Position = 0;
        return copy;
    }

    /// <returns>The lines on which the documents begin that are whole, and whether that is all of them.</returns>
    private static async Task<(HashSet<long> Whole, bool IsAll)> CheckAsync(Stream input, TextWriter report, CancellationToken cancellation)
    {
        HashSet<long> whole = [];
        var isAll = true;
        await foreach (var document in ArchivedDocuments.ReadAsync(input, (_, _) => Task.CompletedTask, Fail, cancellation))
        {
            whole.Add(document.Line);
            document.Dispose();
        }

        return (whole, isAll);

        void Fail(ArchiveLine.Failed failed)
        {
            isAll = false;
            report.WriteLine($"Document {failed.Id} is not whole in the archive: {failed.Reason}");
        }
    }

    private static async Task<bool> ImportAsync(Stream input, HashSet<long> whole, IOperationLog log, TextWriter report, CancellationToken cancellation)
    {
        int added = 0, same = 0, refused = 0;
        DocumentRestore? restore = null;
        await foreach (var document in ArchivedDocuments.ReadAsync(input, AddAsync, _ => { }, cancellation))
        {
            // A document without operations has not been begun.
            restore ??= await DocumentRestore.BeginAsync(log, document.Description, document.Start, cancellation);
            await restore.FinishAsync(document.Content, cancellation);
            if (restore.Refusal is { } refusal)
                await report.WriteLineAsync(refusal);
            (added, same, refused) = (added + (restore.IsChanged ? 1 : 0), same + (restore.IsSame ? 1 : 0), refused + (restore.Refusal is null ? 0 : 1));
            restore = null;
            document.Dispose();
        }

        await report.WriteLineAsync($"{added} documents imported, {same} were there already, {refused} refused.");
        return refused == 0;

        async Task AddAsync(ArchivedDocument document, LogRecord record)
        {
            if (!whole.Contains(document.Line))
                return;
            restore ??= await DocumentRestore.BeginAsync(log, document.Description, document.Start, cancellation);
            await restore.AddAsync(record, cancellation);
        }
    }
}
