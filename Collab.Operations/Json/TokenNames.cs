using System.Text.Json;

namespace Collab.Operations.Json;

/// <summary>What a JSON token is called in a message.</summary>
internal static class TokenNames
{
    public static string Describe(this JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        _ => "null",
    };
}
