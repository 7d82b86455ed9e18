using System.Globalization;
using Collab.Contracts;
using Collab.Grains.Log;
using Collab.Grains.Log.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Collab.Benchmarks.Log;

/// <summary><c>prewrite FILE DOCUMENT OPERATIONS</c>: a SQLite log with one document of that history, for <c>./collab bench curves</c>.</summary>
internal static class PrewriteCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not [var file, var document, var count] || !long.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out long operations))
        {
            Console.Error.WriteLine("usage: prewrite FILE DOCUMENT OPERATIONS");
            return 2;
        }

        using var log = SqliteOperationLog.Open(new LogOptions { Path = file }, NullLogger<SqliteOperationLog>.Instance);
        await WrittenHistory.WriteAsync(log, new DocumentId(document), operations, isKeepingSnapshots: true);
        return 0;
    }
}
