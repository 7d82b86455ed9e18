using System.Text.Json.Nodes;

namespace Collab.Tests.Stress.Broken;

/// <summary>Makes small lies out of truths.</summary>
internal static class Letters
{
    /// <summary>The same length, with the first plain letter another one; the same if there is none.</summary>
    public static string Change(string text)
    {
        int at = text.AsSpan().IndexOfAnyInRange('a', 'z');
        return at < 0 ? text : $"{text[..at]}{(text[at] == 'z' ? 'a' : (char)(text[at] + 1))}{text[(at + 1)..]}";
    }

    /// <summary>A delta of text that inserts something else of the same length.</summary>
    public static JsonArray ChangeInserted(JsonArray delta) =>
        [.. delta.Select(component => component!.GetValueKind() == System.Text.Json.JsonValueKind.String ? JsonValue.Create(Change(component.GetValue<string>())) : component.DeepClone())];

    public static bool HasLetter(JsonArray delta) =>
        delta.Any(component => component!.GetValueKind() == System.Text.Json.JsonValueKind.String && component.GetValue<string>().AsSpan().ContainsAnyInRange('a', 'z'));

    /// <summary>A delta of text that fits where this one does, and does nothing.</summary>
    public static JsonArray Nothing(JsonArray delta) =>
        [delta.Where(component => component!.GetValueKind() == System.Text.Json.JsonValueKind.Number).Sum(component => Math.Abs(component!.GetValue<int>()))];
}
