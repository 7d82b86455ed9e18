using System.Security.Cryptography;
using System.Text;
using Collab.Contracts;
using Collab.Web.Messages;
using Collab.Web.Security;

namespace Collab.Web.Api;

/// <summary>
/// The sessions of REST callers: <c>api-NAME</c>, the name their own. Sequences belong to a session, so those of a caller with a subject are kept apart from everybody else's: <c>api-HASH-NAME</c>, with ten characters of a
/// hash of the subject. Either way of writing it means the same session.
/// </summary>
internal static class ApiSession
{
    private const int HashLength = 10;

    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    private static readonly System.Buffers.SearchValues<char> OfAlphabet = System.Buffers.SearchValues.Create(Alphabet);

    /// <summary>The session that <paramref name="named"/> means when <paramref name="caller"/> says it.</summary>
    /// <exception cref="MalformedMessageException">It is not a REST caller's, is another subject's, or is too long with the hash in it.</exception>
    public static SessionId Of(SessionId named, Caller caller)
    {
        // Other names are the hub's: their sequences must not be used up by whoever reads them in an operation.
        if (!named.Value.StartsWith(SessionId.ApiPrefix, StringComparison.Ordinal))
            throw new MalformedMessageException($"Member 'session' has to begin with {SessionId.ApiPrefix}");
        string name = named.Value[SessionId.ApiPrefix.Length..];
        if (caller.Subject is not { } subject)
        {
            return IsOfSubject(name)
                ? throw new MalformedMessageException($"Member 'session' looks like that of somebody with a subject, {SessionId.ApiPrefix}HASH-NAME; an anonymous caller takes another name.")
                : named;
        }

        string own = $"{HashOf(subject)}-";
        if (name.StartsWith(own, StringComparison.Ordinal))
            return named;
        var session = new SessionId(SessionId.ApiPrefix + own + name);
        return session.Value.Length <= SessionId.LengthLimit
            ? session
            : throw new MalformedMessageException(
                $"Member 'session' has {named.Value.Length} characters; {SessionId.LengthLimit - own.Length} are the limit for a caller with a subject, whose sessions are named {SessionId.ApiPrefix}HASH-NAME.");
    }

    private static bool IsOfSubject(string name) => name.Length > HashLength && name[HashLength] == '-' && name.AsSpan(0, HashLength).IndexOfAnyExcept(OfAlphabet) < 0;

    private static string HashOf(string subject)
    {
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes(subject));
        return string.Create(HashLength, digest, static (name, digest) =>
        {
            for (int i = 0; i < name.Length; i++)
                name[i] = Alphabet[digest[i] % Alphabet.Length];
        });
    }
}
