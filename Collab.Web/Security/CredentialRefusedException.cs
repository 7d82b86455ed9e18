namespace Collab.Web.Security;

/// <summary>Why a credential was refused, in words that may be shown to whoever sent it: never any part of it.</summary>
internal sealed class CredentialRefusedException(string message) : Exception(message);
