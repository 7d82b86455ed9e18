using Collab.Contracts.Documents;
using Collab.Grains.Log;
using Collab.Operations;

namespace Collab.Tests.Simulation;

/// <summary>Ways to break the server on purpose. A checker that never fails checks nothing: each of these has to be caught.</summary>
internal sealed record Sabotage
{
    /// <summary>The algebra that the authority uses.</summary>
    public Func<IDocumentKind, IDocumentKind> Kind { get; init; } = kind => kind;

    /// <summary>What the authority gets to see of a submission.</summary>
    public Func<Submission, Submission> Submission { get; init; } = submission => submission;

    /// <summary>Which appends the log pretends to have made.</summary>
    public Func<LogAppend, bool> IsAppendLost { get; init; } = _ => false;

    /// <summary>What a client hears of the admission.</summary>
    public Func<Admission, Admission> Admission { get; init; } = admission => admission;
}
