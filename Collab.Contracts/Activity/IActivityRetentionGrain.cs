namespace Collab.Contracts.Activity;

/// <summary>Gives up old activity; there is one of it in a cluster, with key <see cref="Key"/>.</summary>
[Alias("collab.IActivityRetentionGrain")]
public interface IActivityRetentionGrain : IGrainWithStringKey
{
    const string Key = "activity";

    /// <summary>Completes when nothing older than <c>Collab:Activity:RetainFor</c> is left, or when the log can't be reached.</summary>
    [Alias("Apply")]
    Task Apply();
}
