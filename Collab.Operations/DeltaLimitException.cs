namespace Collab.Operations;

/// <summary>A delta breaks a limit of <see cref="DeltaLimits"/>. The message names the value seen and the limit.</summary>
/// <param name="limit">The member of <see cref="DeltaLimits"/>.</param>
public sealed class DeltaLimitException(string limit, string message) : DeltaFormatException(message)
{
    /// <summary>Which member of <see cref="DeltaLimits"/>: <c>Components</c>.</summary>
    public string Limit { get; } = limit;
}
