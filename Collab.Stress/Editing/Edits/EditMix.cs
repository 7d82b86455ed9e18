using System.Globalization;

namespace Collab.Stress.Editing.Edits;

/// <summary>How often people do what, as weights: 70, 20, 5 and 5 are 70 % inserts.</summary>
internal sealed record EditMix(int Insert, int Delete, int Format, int Presence)
{
    public const int WeightLimit = 10_000;

    /// <summary>Together; never 0.</summary>
    public int Total => Insert + Delete + Format + Presence;

    /// <summary>Reads <c>insert=70,delete=20,format=5,presence=5</c>; what is not named has no weight.</summary>
    public static bool TryParse(string text, out EditMix mix)
    {
        mix = new EditMix(0, 0, 0, 0);
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (string part in text.Split(','))
        {
            string[] pair = part.Split('=', StringSplitOptions.TrimEntries);
            if (pair.Length != 2 || !named.Add(pair[0]) || !int.TryParse(pair[1], NumberStyles.None, CultureInfo.InvariantCulture, out int weight) || weight > WeightLimit)
                return false;
            switch (pair[0])
            {
                case "insert":
                    mix = mix with { Insert = weight };
                    break;
                case "delete":
                    mix = mix with { Delete = weight };
                    break;
                case "format":
                    mix = mix with { Format = weight };
                    break;
                case "presence":
                    mix = mix with { Presence = weight };
                    break;
                default:
                    return false;
            }
        }

        return mix.Total > 0;
    }

    /// <param name="chance">0 to below 1.</param>
    public EditKind Pick(double chance)
    {
        double weight = chance * Total;
        if (weight < Insert)
            return EditKind.Insert;
        if (weight < Insert + Delete)
            return EditKind.Delete;
        return weight < Insert + Delete + Format ? EditKind.Format : EditKind.Presence;
    }

    public override string ToString() => $"insert={Insert},delete={Delete},format={Format},presence={Presence}";
}
