namespace Collab.Contracts.Documents;

/// <summary>What happens to an operation that conflicts with a concurrent one.</summary>
[GenerateSerializer, Alias("collab.ConflictPolicy")]
public enum ConflictPolicy
{
    /// <summary>It is rebased, applied, and the conflicts travel with it. The default.</summary>
    Merge,

    /// <summary>It is refused with the conflicts, whole.</summary>
    Strict,
}
