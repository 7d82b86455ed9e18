namespace Collab.Stress;

/// <summary>What was asked for can't be run; the message says which option or variable, and what it may be.</summary>
internal sealed class InvalidPlanException(string message) : Exception(message);
