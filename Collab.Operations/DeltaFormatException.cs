namespace Collab.Operations;

/// <summary>A delta or content is not well-formed, or breaks a limit. The message names the value seen and the rule; never document text.</summary>
public class DeltaFormatException(string message) : FormatException(message);
