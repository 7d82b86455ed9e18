namespace Collab.Tests.Cluster;

/// <summary>What a cluster on this machine consists of.</summary>
/// <param name="Silos">How many processes of <c>Collab.Silo</c>.</param>
/// <param name="Hosts">Processes of <c>Collab.Web</c>, by their mode: <c>client</c>, or <c>member</c>, which has a silo of its own.</param>
/// <param name="OtherBinaries">A folder with the outputs of another build of the projects: every second silo and web host runs that. Null: all run the tests' own build.</param>
/// <param name="HasIsland">Whether the last silo and the last web host are on an <see cref="Cluster.Island"/>.</param>
/// <param name="Settings">Configuration of every process.</param>
internal sealed record ClusterPlan(int Silos, IReadOnlyList<string> Hosts, string? OtherBinaries = null, bool HasIsland = false, params string[] Settings)
{
    /// <summary>Three silos, one web host that is a client of them and one that is a member.</summary>
    public static ClusterPlan Usual { get; } = new(3, ["client", "member"], Environment.GetEnvironmentVariable("COLLAB_CLUSTER_OTHER_BINARIES"));

    /// <summary>
    /// Three silos and two web hosts that are their clients; one of each is on an island. However far the others get meanwhile, those who come back from it are told each operation: a snapshot would have
    /// what they typed moved over one difference, which may begin and end within one of the tokens that are typed, and a document would be no row of tokens any more.
    /// </summary>
    public static ClusterPlan WithIsland { get; } = new(
        3, ["client", "client"], HasIsland: true, Settings: ["Collab:Documents:CatchUpOperationsLimit=999999", "Collab:Documents:RebaseOperationsLimit=1000000"]);
}
