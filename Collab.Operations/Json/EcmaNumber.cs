using System.Globalization;

namespace Collab.Operations.Json;

/// <summary>Prints numbers as ECMAScript does (<c>Number::toString</c>, ECMA-262), which RFC 8785 requires.</summary>
internal static class EcmaNumber
{
    /// <exception cref="DeltaFormatException">Infinite or not a number: JSON has no word for it.</exception>
    public static string ToString(double value)
    {
        if (!double.IsFinite(value)) throw new DeltaFormatException("A number is infinite or not a number; JSON has finite numbers only.");
        if (value == 0) return "0";

        // .NET finds the same digits (the shortest that read back as the same double, the closest of those); only the layout differs.
        var (digits, point) = Digits(Math.Abs(value).ToString("R", CultureInfo.InvariantCulture));
        return (value < 0 ? "-" : "") + Layout(digits, point);
    }

    /// <summary>Significant digits, and where the point stands relative to their start: 0.012 is ("12", -1).</summary>
    private static (string Digits, int Point) Digits(string text)
    {
        var exponent = 0;
        var e = text.IndexOf('E', StringComparison.Ordinal);
        if (e >= 0)
        {
            exponent = int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..e];
        }

        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var point = exponent + (dot < 0 ? text.Length : dot);
        if (dot >= 0) text = text.Remove(dot, 1);
        var significant = text.TrimStart('0');
        point -= text.Length - significant.Length;
        return (significant.TrimEnd('0'), point);
    }

    private static string Layout(string digits, int point)
    {
        if (point is > 21 or <= -6)
        {
            var exponent = point - 1;
            var mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}";
            return string.Create(CultureInfo.InvariantCulture, $"{mantissa}e{(exponent < 0 ? "-" : "+")}{Math.Abs(exponent)}");
        }

        if (point <= 0) return "0." + new string('0', -point) + digits;
        if (digits.Length <= point) return digits + new string('0', point - digits.Length);
        return $"{digits[..point]}.{digits[point..]}";
    }
}
