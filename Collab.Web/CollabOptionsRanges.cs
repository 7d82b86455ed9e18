using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Collab.Web;

/// <summary>Checks at start-up what the attributes of <see cref="CollabOptions"/> and its sections say.</summary>
internal sealed class CollabOptionsRanges : IValidateOptions<CollabOptions>
{
    public ValidateOptionsResult Validate(string? name, CollabOptions options)
    {
        var failures = new List<string>();
        Check(nameof(options.Limits), options.Limits);
        Check(nameof(options.Delivery), options.Delivery);
        Check(nameof(options.Connections), options.Connections);
        Check(nameof(options.Sessions), options.Sessions);
        Check(nameof(options.Permissions), options.Permissions);
        Check(nameof(options.Memory), options.Memory);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Check(string section, object part)
        {
            var results = new List<ValidationResult>();
            if (!Validator.TryValidateObject(part, new ValidationContext(part), results, validateAllProperties: true))
                failures.AddRange(results.Select(result => $"{CollabOptions.Section}:{section}: {result.ErrorMessage}"));
        }
    }
}
