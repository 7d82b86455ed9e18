namespace Collab.Stress.Reporting;

/// <summary>How a run came out.</summary>
internal enum RunOutcome
{
    /// <summary>Everything was answered well, and nothing is lost, doubled or different anywhere.</summary>
    Whole,

    /// <summary>Something failed, was refused or not answered; but of what was acknowledged nothing is lost.</summary>
    Errors,

    /// <summary>The integrity check found something.</summary>
    NotWhole,
}
