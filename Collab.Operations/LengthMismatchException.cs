namespace Collab.Operations;

/// <summary>A delta meets content, or another delta, of another length than its base length.</summary>
/// <param name="baseLength">The delta's base length.</param>
/// <param name="actualLength">The length it met.</param>
public sealed class LengthMismatchException(long baseLength, long actualLength)
    : InvalidOperationException($"Delta has base length {baseLength} but meets length {actualLength}.")
{
    public long BaseLength { get; } = baseLength;

    public long ActualLength { get; } = actualLength;
}
