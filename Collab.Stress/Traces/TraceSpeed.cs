using System.Globalization;

namespace Collab.Stress.Traces;

/// <summary>How fast a trace is replayed.</summary>
/// <param name="Factor">So many times as fast as it was recorded; null for as fast as answers come.</param>
internal sealed record TraceSpeed(double? Factor)
{
    public const double Limit = 10_000;

    public static TraceSpeed Full { get; } = new(Factor: null);

    /// <summary>Each transaction is due at a time of its own, whether or not the server keeps up.</summary>
    public bool IsPaced => Factor is not null;

    /// <summary><c>recorded</c>, <c>full</c>, or a number: 10 is ten times as fast as recorded.</summary>
    public static bool TryParse(string text, out TraceSpeed speed)
    {
        speed = Full;
        if (text == "full")
            return true;
        double factor = 1;
        if (text != "recorded" && (!double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out factor) || factor is not (> 0 and <= Limit)))
            return false;
        speed = new TraceSpeed(factor);
        return true;
    }

    /// <summary>When something of the recording is due.</summary>
    public TimeSpan Of(TimeSpan recorded) => Factor is { } factor ? recorded / factor : TimeSpan.Zero;

    public override string ToString() => Factor switch { null => "full", 1 => "recorded", { } factor => factor.ToString(CultureInfo.InvariantCulture) };
}
