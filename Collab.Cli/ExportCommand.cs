using System.CommandLine;
using Collab.Cli.Archives;
using Collab.Contracts;
using Collab.Grains.Log;

namespace Collab.Cli;

/// <summary><c>collab export</c>: documents with their whole retained history, as JSON lines, while their server runs.</summary>
/// <remarks>
/// Each document is consistent: its operations up to the revision that it had when its turn came, and what it had then never changes. Documents know
/// nothing of each other, so that is all the consistency there is to have.
/// </remarks>
internal static class ExportCommand
{
    public static Command Create()
    {
        var documents = new Option<string[]>("--document", "-d") { Description = "A document's id; may be given several times. Default: all." };
        var output = new Option<string>("--output", "-o") { Description = "The file to write, complete or not at all; - is standard output.", DefaultValueFactory = _ => "-" };
        var salvage = new Option<bool>("--salvage") { Description = "Of damaged documents, exports what leads to the newest content that can be had." };
        var log = new LogArguments();
        var command = new Command("export", "Writes documents with their history as JSON lines, also while their server runs.") { documents, output, salvage };
        log.AddTo(command);
        command.SetAction((arguments, cancellation) => Outcome.OfAsync(
            async () =>
            {
                var reader = log.OpenForReading(arguments);
                using var closing = reader as IDisposable;
                return await RunAsync(
                    reader, arguments.GetValue(documents) ?? [], arguments.GetValue(output)!, arguments.GetValue(salvage), Console.Error, cancellation);
            },
            Console.Error));
        return command;
    }

    private static async Task<int> RunAsync(ILogReader log, string[] ids, string output, bool isSalvaging, TextWriter report, CancellationToken cancellation)
    {
        var partial = output + ".partial";
        var isWhole = true;
        int documents;
        await using (var stream = output == "-" ? Console.OpenStandardOutput() : File.Create(partial))
        {
            await using var buffered = new BufferedStream(stream, 1 << 16);
            using var archive = new ArchiveWriter(buffered);
            await archive.OpenAsync(log.Store, DateTimeOffset.UtcNow, cancellation);
            await foreach (var id in ids.Length > 0 ? ids.Select(id => new DocumentId(id)).ToAsyncEnumerable() : DocumentHistory.ListAsync(log, cancellation))
                isWhole &= await ExportAsync(log, id, archive, isSalvaging, report, cancellation);
            await archive.CloseAsync(cancellation);
            documents = archive.Documents;
        }

        if (output != "-")
            File.Move(partial, output, overwrite: true);
        await report.WriteLineAsync($"{documents} documents exported{(isWhole ? "." : "; not everything, see above.")}");
        return isWhole ? Outcome.Fine : Outcome.Findings;
    }

    /// <returns>Whether all of it was exported.</returns>
    private static async Task<bool> ExportAsync(ILogReader log, DocumentId id, ArchiveWriter archive, bool isSalvaging, TextWriter report, CancellationToken cancellation)
    {
        DocumentHistory? document = null;
        try
        {
            document = await DocumentHistory.FindAsync(log, id, cancellation);
            if (document is not null)
                await WriteAsync(document, new Salvage(document.Start, document.Description.Revision), archive, cancellation);
            else
                await report.WriteLineAsync($"There is no document {id}.");
            return document is not null;
        }
        catch (HistoryTrimmedException trimmed)
        {
            await FailAsync($"{trimmed.Message} Its server trimmed it meanwhile; export it again.");
        }
        catch (LogUnavailableException failure) when (failure.Fault is LogFault.Corrupt or LogFault.Other)
        {
            await FailAsync(failure.Message);
            if (isSalvaging && document is not null)
                await SalvageAsync(document, archive, report, cancellation);
        }

        return false;

        async Task FailAsync(string reason)
        {
            await report.WriteLineAsync($"Document {id} is not exported whole: {reason}");
            await archive.WriteAsync(new ArchiveLine.Failed(id, reason), cancellation);
        }
    }

    private static async Task SalvageAsync(DocumentHistory document, ArchiveWriter archive, TextWriter report, CancellationToken cancellation)
    {
        var id = document.Description.Id;
        if (await Salvage.PlanAsync(document, cancellation) is not { } plan)
        {
            await report.WriteLineAsync($"Document {id}: nothing of it can be salvaged.");
            return;
        }

        try
        {
            await WriteAsync(document, plan, archive, cancellation);
            await report.WriteLineAsync(
                $"Document {id} is salvaged from revision {plan.Start?.Snapshot.Revision ?? Revision.Zero} to {plan.To}; it had {document.Description.Start} to {document.Description.Revision}.");
        }
        catch (LogUnavailableException failure)
        {
            await report.WriteLineAsync($"Document {id} can't be salvaged: {failure.Message}");
            await archive.WriteAsync(new ArchiveLine.Failed(id, failure.Message), cancellation);
        }
    }

    private static async Task WriteAsync(DocumentHistory document, Salvage what, ArchiveWriter archive, CancellationToken cancellation)
    {
        var start = what.Start?.Snapshot.Revision ?? Revision.Zero;
        await archive.BeginAsync(document.Description with { Start = start, Revision = what.To }, cancellation);
        var replay = document.ReplayFrom(what.Start?.Snapshot);
        if (what.Start is { } from)
        {
            await archive.WriteAsync(new ArchiveLine.Start(from.Snapshot), cancellation);
            foreach (var applied in from.Sessions)
                await archive.WriteAsync(new ArchiveLine.Session(applied), cancellation);
        }

        await foreach (var record in document.OperationsAsync(start, what.To, cancellation))
        {
            replay.Apply(record);
            await archive.WriteAsync(new ArchiveLine.Operation(record), cancellation);
        }

        await archive.EndAsync(document.Description.Id, what.To, replay.Content.Hash(), cancellation);
    }
}
