namespace Collab.Grains.Log;

/// <summary>Content kept so that loading need not replay the whole history.</summary>
/// <param name="ContentHash">The content's own hash; load compares it with what it decoded.</param>
public sealed record LogSnapshot(Revision Revision, uint ContentHash, ReadOnlyMemory<byte> Content);
