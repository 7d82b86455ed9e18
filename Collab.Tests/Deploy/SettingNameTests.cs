using System.Text.RegularExpressions;
using Collab.Tests.Documentation;

namespace Collab.Tests.Deploy;

/// <summary>Configuration ignores a name that it does not know, so a misspelt one would be noticed by what does not happen: here every name is one of <see cref="Setting.All"/>.</summary>
[Collection(DeployFiles.Collection)]
public sealed partial class SettingNameTests(DeployFiles files)
{
    private static readonly IReadOnlyDictionary<string, Setting> Known = Setting.All.ToDictionary(setting => setting.Key, StringComparer.OrdinalIgnoreCase);

    [Fact]
    public void Every_setting_of_the_manifests_exists_and_its_value_is_of_its_kind()
    {
        var data = files.OfKind("ConfigMap").SelectMany(map => map.At("data")!.AsObject())
            .Concat(files.OfKind("Secret").SelectMany(secret => secret.At("stringData")!.AsObject()))
            .Select(pair => (pair.Key, Value: (string?)pair.Value!.ToString()));
        var variables = files.OfKind("Deployment").SelectMany(deployment => deployment.Items("spec", "template", "spec", "containers")).SelectMany(container => container.Items("env"))
            .Select(variable => (Key: variable.Text("name")!, Value: variable.Text("value")));

        Check([.. data, .. variables], atLeast: 6);
    }

    [Fact]
    public void Every_setting_of_the_compose_file_exists_and_its_value_is_of_its_kind() => Check(
        [.. files.Compose.At("services")!.AsObject().Where(service => service.Key is "silo" or "web-1" or "web-2").SelectMany(service => service.Value.At("environment")!.AsObject()).Select(pair => (pair.Key, (string?)pair.Value!.ToString()))],
        atLeast: 10);

    [Theory]
    [InlineData("systemd/collab.env.example")]
    [InlineData("systemd/collab-web.service")]
    [InlineData("systemd/collab-silo.service")]
    [InlineData("README.md")]
    [InlineData("../docs/deployment.md")]
    [InlineData("../docs/running.md")]
    [InlineData("../docs/security.md")]
    [InlineData("../docs/scaling.md")]
    [InlineData("Dockerfile")]
    public void Every_setting_that_a_text_names_exists(string file)
    {
        string text = File.ReadAllText(Path.Combine(DeployFiles.Folder, file));

        Assert.All(InEnvironment().Matches(text).Select(match => match.Value.Replace("__", ":", StringComparison.Ordinal)).Concat(InConfiguration().Matches(text).Select(match => match.Value)), key => AssertKnown(key));
    }

    private static void Check((string Name, string? Value)[] variables, int atLeast)
    {
        var own = variables.Where(variable => variable.Name.StartsWith("Collab__", StringComparison.Ordinal)).ToList();
        Assert.True(own.Count >= atLeast, $"Only {own.Count} settings were found.");
        foreach (var (name, value) in own)
        {
            var setting = AssertKnown(name.Replace("__", ":", StringComparison.Ordinal));
            if (value is not null && setting.Type.IsEnum)
                Assert.True(Enum.TryParse(setting.Type, value, ignoreCase: true, out _), $"{name} is {value}, which is none of {setting.Range}.");
            if (value is not null && setting.Type == typeof(TimeSpan))
                Assert.True(TimeSpan.TryParse(value, out _), $"{name} is {value}, which is no time.");
        }
    }

    private static Setting AssertKnown(string key)
    {
        // Collab:Resilience:log-append:Retries and Collab:Webhooks:crm:Url: the word in the middle is a name. Collab:Access:ApiKeys:0:Hash: it is a number.
        string[] words = [.. key.TrimEnd(':', '.', '*').Split(':')];
        if (words.Length > 4 && int.TryParse(words[^2], out _))
            words[^2] = "<n>";
        string[] named = words.Length > 3 ? [.. words[..2], "<name>", .. words[3..]] : words;
        if (words.Length > 1 && int.TryParse(words[^1], out _))
            named = words = words[..^1];
        var found = Known.GetValueOrDefault(string.Join(':', words)) ?? Known.GetValueOrDefault(string.Join(':', named));
        // A text may speak of a whole section.
        bool isSection = found is null && Known.Keys.Any(known => known.StartsWith(string.Join(':', words) + ":", StringComparison.OrdinalIgnoreCase));
        Assert.True(found is not null || isSection, $"There is no setting {key}.");
        return found ?? Known.Values.First();
    }

    [GeneratedRegex(@"\bCollab__\w+")]
    private static partial Regex InEnvironment();

    [GeneratedRegex(@"\bCollab:[A-Z]\w+(?::[\w<>-]+)*")]
    private static partial Regex InConfiguration();
}
