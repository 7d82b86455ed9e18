using Collab.Grains.Log;
using Collab.Grains.Log.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Collab.Tests.Log;

/// <summary>A SQLite log whose appends stay in the commit journal until somebody asks for what they say.</summary>
public sealed class PendingSqliteOperationLogTests : OperationLogTests, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("collab-pending-").FullName;
    private SqliteOperationLog? _log;

    protected override IOperationLog Log => _log ??= SqliteOperationLog.Open(
        new LogOptions { Path = Path.Combine(_folder, SqliteImage.Database) },
        NullLogger<SqliteOperationLog>.Instance,
        new CommitSettings { ApplyAfter = TimeSpan.FromHours(1) });

    public void Dispose()
    {
        _log?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
