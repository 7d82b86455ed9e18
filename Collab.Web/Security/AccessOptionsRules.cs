using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Collab.Web.Security;

/// <summary>Checks each of <see cref="AccessOptions"/> by itself, at start-up and when the configuration changes.</summary>
internal sealed partial class AccessOptionsRules : IValidateOptions<AccessOptions>
{
    private const string OneKey = $"{AccessOptions.Section}:{nameof(AccessOptions.ApiKeys)}";

    /// <summary>Characters of a pattern of documents.</summary>
    public const int PatternLimit = 128;

    /// <summary>Whether <paramref name="text"/> can name documents.</summary>
    public static bool IsPattern(string text) => Pattern().IsMatch(text);

    public ValidateOptionsResult Validate(string? name, AccessOptions options)
    {
        var ranges = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), ranges, validateAllProperties: true);
        string[] failures =
        [
            .. ranges.Select(range => $"{AccessOptions.Section}: {range.ErrorMessage}"),
            .. Lifetimes(options),
            .. options.ApiKeys.SelectMany((key, index) => Failures(key, $"{OneKey}:{index}")),
            .. Twice(options.ApiKeys),
        ];
        return failures.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Lifetimes(AccessOptions options)
    {
        if (options.TokenLifetime > options.TokenLifetimeLimit)
        {
            yield return $"{AccessOptions.Section}:{nameof(options.TokenLifetimeLimit)} is {options.TokenLifetimeLimit.ToString("c", CultureInfo.InvariantCulture)}; "
                + $"it must be at least {nameof(options.TokenLifetime)}, {options.TokenLifetime.ToString("c", CultureInfo.InvariantCulture)}.";
        }
    }

    private static IEnumerable<string> Failures(ApiKeyOptions key, string section)
    {
        if (!KeyName().IsMatch(key.Name))
            yield return $"{section}:{nameof(key.Name)} is '{key.Name}'; it must be 1–{ApiKeyOptions.NameLimit} characters of A–Z a–z 0–9 . _ -";
        // Never the text itself: somebody may have put the key there.
        if (!ApiKeys.IsHash(key.Hash))
            yield return $"{section}:{nameof(key.Hash)} is not the SHA-256 of a key in base64 (44 characters); ./collab apikey NAME makes a key and prints its hash.";
        if (!IsPattern(key.Documents))
            yield return $"{section}:{nameof(key.Documents)} is '{key.Documents}'; it must be 1–{PatternLimit} characters of A–Z a–z 0–9 . _ ~ - and *";
        if (!Enum.IsDefined(key.Role))
            yield return $"{section}:{nameof(key.Role)} is {key.Role:d}; it must be none, viewer, commenter, editor or owner.";
    }

    private static IEnumerable<string> Twice(IEnumerable<ApiKeyOptions> keys) => keys
        .GroupBy(key => key.Hash, StringComparer.Ordinal).Where(same => same.Count() > 1 && same.Key.Length > 0)
        .Select(same => $"{OneKey}: {string.Join(" and ", same.Select(key => key.Name))} have the same {nameof(ApiKeyOptions.Hash)}; each key is one entry.");

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex KeyName();

    [GeneratedRegex(@"^[A-Za-z0-9._~*-]{1,128}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
