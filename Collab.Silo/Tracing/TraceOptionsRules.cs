using Microsoft.Extensions.Options;

namespace Collab.Silo.Tracing;

/// <summary>What ranges can't say of <see cref="TraceOptions"/>.</summary>
internal sealed class TraceOptionsRules : IValidateOptions<TraceOptions>
{
    public ValidateOptionsResult Validate(string? name, TraceOptions options)
    {
        List<string> failures = [.. Check(options)];
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Check(TraceOptions options)
    {
        if (options.AreOn && !(Uri.TryCreate(options.Endpoint, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
            yield return $"{TraceOptions.Section}:{nameof(TraceOptions.Endpoint)} is {options.Endpoint}; it must be an address like http://collector:4317.";
        if (!Enum.IsDefined(options.Protocol))
            yield return $"{TraceOptions.Section}:{nameof(TraceOptions.Protocol)} is {options.Protocol}; it must be grpc or http.";
        // Not the text: it is a secret.
        if (options.Headers.Length > 0 && options.Headers.Split(',').Any(header => header.IndexOf('=', StringComparison.Ordinal) < 1))
            yield return $"{TraceOptions.Section}:{nameof(TraceOptions.Headers)} can't be read; it must be name=value, with commas between several.";
    }
}
