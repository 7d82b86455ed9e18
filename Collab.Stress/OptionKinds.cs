using System.CommandLine;

namespace Collab.Stress;

/// <summary>The kinds of values that options take, each with its range, which is told and checked.</summary>
internal static class OptionKinds
{
    public static Option<int?> Count(string name, string description, int limit, params string[] aliases)
    {
        var option = new Option<int?>(name, aliases) { HelpName = "N", Description = $"{description} 1–{limit}." };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is { } value && (value < 1 || value > limit))
                result.AddError($"{name} is {value}; it is 1–{limit}.");
        });
        return option;
    }

    public static Option<double?> Rate(string name, string description, params string[] aliases)
    {
        var option = new Option<double?>(name, aliases) { HelpName = "N", Description = description };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double?>() is { } value && !(value is > 0 and <= StressPlan.RpsLimit))
                result.AddError($"{name} is {value}; it is over 0 and up to {StressPlan.RpsLimit} operations per second.");
        });
        return option;
    }

    /// <param name="least">The most is a day.</param>
    public static Option<TimeSpan?> Span(string name, string description, TimeSpan least, params string[] aliases) =>
        new(name, aliases) { HelpName = "TIME", Description = description, CustomParser = result => Duration.Parse(result, least) };

    public static Option<string?> Text(string name, string helpName, string description) => new(name) { HelpName = helpName, Description = description };

    public static Option<bool> Flag(string name, string description, params string[] aliases) => new(name, aliases) { Description = description };

    /// <summary>What <paramref name="parse"/> makes of a text; null: it makes nothing of it, and <paramref name="expected"/> says what it would have.</summary>
    public static Option<T?> Of<T>(string name, string helpName, string description, Func<string, T?> parse, string expected, params string[] aliases)
        where T : class =>
        new(name, aliases)
        {
            HelpName = helpName,
            Description = description,
            CustomParser = result =>
            {
                string text = result.Tokens.Single().Value;
                var value = parse(text);
                if (value is null)
                    result.AddError($"'{text}' is no {expected}");
                return value;
            },
        };
}
