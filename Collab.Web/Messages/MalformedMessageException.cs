namespace Collab.Web.Messages;

/// <summary>A message breaks a rule of the protocol. The text names the member and the rule; never a value that a person typed.</summary>
internal sealed class MalformedMessageException(string message) : FormatException(message);
