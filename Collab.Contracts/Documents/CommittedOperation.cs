namespace Collab.Contracts.Documents;

/// <summary>An operation that the log has.</summary>
/// <param name="Revision">The revision that it makes.</param>
/// <param name="Encoded">The operation object of the protocol, canonical UTF-8 JSON: the same bytes are logged, pushed and sent.</param>
[GenerateSerializer, Immutable, Alias("collab.CommittedOperation")]
public sealed record CommittedOperation(
    [property: Id(0)] Revision Revision,
    [property: Id(1)] SessionId Session,
    [property: Id(2)] long Sequence,
    [property: Id(3)] ReadOnlyMemory<byte> Encoded);
