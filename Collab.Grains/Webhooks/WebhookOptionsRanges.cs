using System.Globalization;
using System.Text.RegularExpressions;
using Collab.Contracts.Activity;
using Microsoft.Extensions.Options;

namespace Collab.Grains.Webhooks;

/// <summary>Checks what <see cref="WebhookOptions"/> documents. Neither a secret nor an address, which can hold one, is in a message.</summary>
internal sealed partial class WebhookOptionsRanges : IValidateOptions<WebhooksOptions>
{
    public ValidateOptionsResult Validate(string? name, WebhooksOptions options)
    {
        List<string> failures = [];
        if (options.Endpoints.Count > WebhooksOptions.EndpointsLimit)
            failures.Add($"{WebhooksOptions.Section} has {options.Endpoints.Count} endpoints, over the limit of {WebhooksOptions.EndpointsLimit}.");
        foreach (var (endpoint, its) in options.Endpoints)
        {
            if (!EndpointName().IsMatch(endpoint))
                failures.Add($"{WebhooksOptions.Section}:{endpoint} is no name of an endpoint; it must be 1–32 characters of a–z 0–9 _ -.");
            new One(endpoint, its, failures).Check();
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    [GeneratedRegex("^[a-z0-9_-]{1,32}$", RegexOptions.CultureInvariant)]
    private static partial Regex EndpointName();

    [GeneratedRegex(@"^[A-Za-z0-9._~*-]{1,256}$", RegexOptions.CultureInvariant)]
    private static partial Regex DocumentsPattern();

    private sealed class One(string endpoint, WebhookOptions options, List<string> failures)
    {
        public void Check()
        {
            CheckUrl();
            if (!WebhookSigner.IsSecret(options.Secret))
                Fail(nameof(options.Secret), $"{(options.Secret.Length == 0 ? "is empty" : "can't be read")}; it must be whsec_ and 24–64 bytes in base64, as from: echo \"whsec_$(openssl rand -base64 32)\"");
            if (options.PreviousSecret.Length > 0 && !WebhookSigner.IsSecret(options.PreviousSecret))
                Fail(nameof(options.PreviousSecret), "can't be read; it must be whsec_ and 24–64 bytes in base64");
            if (!DocumentsPattern().IsMatch(options.Documents))
                Fail(nameof(options.Documents), $"is '{options.Documents}'; it must be 1–256 characters of A–Z a–z 0–9 . _ ~ - and *");
            foreach (var kind in options.Events.Where(kind => ActivityJson.Kind(kind) is null))
                Fail(nameof(options.Events), $"names '{kind}'; the kinds are {string.Join(", ", Enum.GetValues<ActivityKind>().Select(ActivityJson.Word))}");
            Check(nameof(options.BatchLimit), options.BatchLimit, 1, 1_000);
            if (options.MaxAge != TimeSpan.Zero)
                Check(nameof(options.MaxAge), options.MaxAge, TimeSpan.FromMinutes(1), TimeSpan.FromDays(3_650));
            Check(nameof(options.GiveUpAfter), options.GiveUpAfter, TimeSpan.Zero, TimeSpan.FromDays(30));
            Check(nameof(options.RetryPauseLimit), options.RetryPauseLimit, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1));
            Check(nameof(options.DeadLettersLimit), options.DeadLettersLimit, 0, 100_000);
            Check(nameof(options.DeadLettersRetention), options.DeadLettersRetention, TimeSpan.FromMinutes(1), TimeSpan.FromDays(3_650));
        }

        private void CheckUrl()
        {
            if (!Uri.TryCreate(options.Url, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http") || url.Host.Length == 0)
                Fail(nameof(options.Url), $"{(options.Url.Length == 0 ? "is empty" : "is no address")}; it must be like https://hooks.example/collab");
            else if (url.UserInfo.Length > 0)
                Fail(nameof(options.Url), "has a user or a password; deliveries are authenticated by their signature");
            else if (url.Scheme == "http" && !url.IsLoopback && !options.AllowHttp)
                Fail(nameof(options.Url), $"is without TLS and of another machine; it must be https, or {nameof(options.AllowHttp)} has to be true");
        }

        private void Check<T>(string option, T value, T from, T to)
            where T : IComparable<T>
        {
            if (value.CompareTo(from) < 0 || value.CompareTo(to) > 0)
                Fail(option, string.Create(CultureInfo.InvariantCulture, $"is {value}; it must be {from} to {to}"));
        }

        private void Fail(string option, string what) => failures.Add($"{WebhooksOptions.Section}:{endpoint}:{option} {what}.");
    }
}
