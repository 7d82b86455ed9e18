namespace Collab.Web.Cluster;

/// <summary>Tells the call of a method that a silo of the version before does not have from every other failure.</summary>
/// <remarks>
/// Read in Orleans' source (10.4): a request is of a type that is named in the message by interface and method; a silo that has none of that name throws <see cref="TypeLoadException"/> (<c>TypeConverter.ResolveCompoundAliasType</c>)
/// and sends it back as the answer (<c>Connection.HandleReceiveMessageFailure</c>); the connection goes on.
/// </remarks>
internal static class OlderSilo
{
    public static bool DoesNotKnow(Exception failure) => failure is TypeLoadException;
}
