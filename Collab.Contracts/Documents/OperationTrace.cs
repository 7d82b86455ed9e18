namespace Collab.Contracts.Documents;

/// <summary>An operation that is part of a trace, on its way with those that are not.</summary>
/// <param name="Parent">What the push of this operation is part of: a W3C <c>traceparent</c>.</param>
[GenerateSerializer, Immutable, Alias("collab.OperationTrace")]
public sealed record OperationTrace([property: Id(0)] Revision Revision, [property: Id(1)] string Parent);
