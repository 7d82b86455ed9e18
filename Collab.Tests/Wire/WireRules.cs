using System.Globalization;

namespace Collab.Tests.Wire;

/// <summary>
/// What a version may change while the one before it runs in the same cluster: only add, and only what the older can do without. Of a member that it does not know Orleans' serializer skips the bytes, and one that
/// does not come is left at its type's default, whatever default the constructor has; of an enum any number is taken; a call of a method that a silo does not know fails there.
/// </summary>
internal static class WireRules
{
    // Types whose default is a value like any other. A string's or a message's is null, and an ImmutableArray's throws when it is looked at.
    private static readonly HashSet<string> HarmlessDefaults =
        ["Boolean", "Byte", "Int16", "Int32", "Int64", "UInt32", "UInt64", "Double", "TimeSpan", "DateTimeOffset", "ReadOnlyMemory<Byte>", "collab.Revision"];

    /// <summary>What in <paramref name="current"/> the released version would not understand, as sentences; empty when they get along.</summary>
    public static IReadOnlyList<string> Broken(WireContract released, WireContract current)
    {
        var broken = new List<string>();
        foreach (var entry in released.Entries.Values)
        {
            if (current.Entries.TryGetValue(entry.Title, out var now))
                broken.AddRange(Changed(entry, now).Concat(Added(entry, now, current)));
            else
                broken.Add($"{entry.Title} is gone: another name, or none; the released version still says it.");
        }

        return broken;
    }

    private static IEnumerable<string> Changed(WireEntry released, WireEntry current)
    {
        foreach (var (key, was) in released.Parts)
        {
            if (!current.Parts.TryGetValue(key, out string? @is))
                yield return $"{released.Title}: {key} ({was}) is gone. Keep it for as long as the released version says it.";
            else if (@is != was)
                yield return $"{released.Title}: {key} was {was} and is {@is}. What means something else gets another number or name.";
        }
    }

    private static IEnumerable<string> Added(WireEntry released, WireEntry current, WireContract contract)
    {
        foreach (var (key, added) in current.Parts.Where(part => !released.Parts.ContainsKey(part.Key)))
        {
            if (released.Kind == "enum" && Number(key) < released.Parts.Keys.Max(Number))
                yield return $"{released.Title}: {added} has number {key}, among those that are taken. New ones go to the end.";
            if (released.Kind != "message")
                continue;
            if (Number(key) < released.Parts.Keys.Max(Number))
                yield return $"{released.Title}: {added} has number {key}, which may have meant something before. New ones go to the end.";
            string type = added[(added.IndexOf(' ', StringComparison.Ordinal) + 1)..];
            if (!type.EndsWith('?') && !HarmlessDefaults.Contains(type) && !contract.Entries.ContainsKey($"enum {type}"))
                yield return $"{released.Title}: {added} does not come from the released version and is then no {type} at all. Make it nullable.";
        }
    }

    private static int Number(string key) => int.Parse(key, CultureInfo.InvariantCulture);
}
