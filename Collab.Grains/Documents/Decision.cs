using Collab.Contracts.Documents;
using Collab.Contracts.Refusals;
using Collab.Grains.Log;
using Collab.Observability;
using Collab.Operations;

namespace Collab.Grains.Documents;

/// <summary>What the authority made of a submission.</summary>
public abstract record Decision
{
    private Decision()
    {
    }

    /// <summary>It is the next operation.</summary>
    /// <param name="Content">The document after it.</param>
    /// <param name="RebaseDistance">How many operations it was moved over.</param>
    public sealed record Applied(
        LogRecord Record,
        IContent Content,
        int RebaseDistance,
        ConflictRecord[] Conflicts,
        int ConflictsTotal) : Decision;

    /// <summary>The same was applied before, as operation <paramref name="Revision"/>.</summary>
    public sealed record Duplicate(Revision Revision) : Decision;

    /// <summary>It is refused, and nothing changed.</summary>
    public sealed record Refused(Refusal Refusal, ConflictRecord[] Conflicts) : Decision
    {
        public Refused(RefusalReason reason, string detail)
            : this(new Refusal(reason, detail), [])
        {
        }

        /// <summary>The limit that was reached, if it was one.</summary>
        public Limit? Limit { get; init; }
    }

    /// <summary>The session is beyond this sequence: what the log has under it settles the matter, see <see cref="DocumentAuthority.Settle"/>.</summary>
    public sealed record NeedsRecord : Decision
    {
        public static NeedsRecord Instance { get; } = new();
    }

    /// <summary>The base lies before the window: the operations from <paramref name="From"/> to the window's start are to be read from the log and passed in.</summary>
    public sealed record NeedsHistory(Revision From, Revision To) : Decision;
}
