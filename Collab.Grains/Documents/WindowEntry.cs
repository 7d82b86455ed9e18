using Collab.Contracts.Documents;
using Collab.Operations;

namespace Collab.Grains.Documents;

/// <summary>An operation within reach: to rebase over, and to answer readers with.</summary>
public sealed record WindowEntry(CommittedOperation Operation, IDelta Delta, string Author);
