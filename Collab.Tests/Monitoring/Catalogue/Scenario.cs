namespace Collab.Tests.Monitoring.Catalogue;

/// <summary>Something that happens on a real server, named for what, and the metrics by which an operator sees it.</summary>
internal abstract class Scenario
{
    /// <summary>What has moved when it has happened, while those whom the scenario made are still there.</summary>
    public abstract IEnumerable<Move> Moves { get; }

    /// <summary>What has moved, since before it happened, when they are gone.</summary>
    public virtual IEnumerable<Move> MovesAfterwards => [];

    /// <summary>Whether those who are put off meanwhile are what it is about; else it happens once more, undisturbed.</summary>
    public virtual bool PutsOff => false;

    public abstract Task HappenAsync(Stage stage);
}
