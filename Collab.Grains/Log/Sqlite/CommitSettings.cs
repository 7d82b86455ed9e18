using Microsoft.Win32.SafeHandles;

namespace Collab.Grains.Log.Sqlite;

/// <summary>How commits are made; what differs between a server, which appends through one <see cref="LogWriter"/>, a tool and a test.</summary>
internal sealed record CommitSettings
{
    /// <summary>Whether whoever awaits an append goes on where that was committed, see <see cref="CommitThread"/>.</summary>
    public bool GoesOn { get; init; }

    /// <summary>How old what is pending gets before it is brought into the tables, if nobody asks before.</summary>
    public TimeSpan ApplyAfter { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Gives way to other threads for a moment, time and again while commits are brought in that nobody waits for.</summary>
    public Action Rest { get; init; } = static () => Thread.Sleep(1);

    /// <summary>What makes a commit durable.</summary>
    public Action<SafeFileHandle> Sync { get; init; } = DiskSync.Flush;
}
