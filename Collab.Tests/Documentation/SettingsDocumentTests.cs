using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Collab.Tests.Operations;
using Collab.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Collab.Tests.Documentation;

/// <summary>The table of settings in <c>docs/deployment.md</c> is what the code has, and says, and does. COLLAB_WRITE_SETTINGS=1 writes it anew from the options' comments.</summary>
public sealed partial class SettingsDocumentTests
{
    private const string Begin = "<!-- settings: written by SettingsDocumentTests -->\n";
    private const string End = "<!-- settings: end -->";

    private static readonly string Path = System.IO.Path.Combine(Repository.Root, "docs", "deployment.md");

    /// <summary>Settings with two ends, each once; a pipeline's under the name of one.</summary>
    public static TheoryData<string> Ranged { get; } = [.. Setting.All.Where(setting => setting.From is not null).Select(setting => setting.Key)];

    [Fact]
    public void The_table_lists_every_setting_with_its_default_and_range()
    {
        string document = File.ReadAllText(Path);
        string before = document[..(document.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length)];
        string after = document[document.IndexOf(End, StringComparison.Ordinal)..];
        string table = Table();
        if (Environment.GetEnvironmentVariable("COLLAB_WRITE_SETTINGS") == "1")
            File.WriteAllText(Path, document = before + table + after);
        string[] written = document[before.Length..^after.Length].Split('\n');
        string[] seen = table.Split('\n');
        Assert.True(
            seen.SequenceEqual(written),
            "The settings changed; if that is meant, run this test with COLLAB_WRITE_SETTINGS=1.\n" +
            string.Join('\n', seen.Except(written).Select(line => "+ " + line).Concat(written.Except(seen).Select(line => "- " + line))));
    }

    [Fact]
    public void Every_setting_says_what_it_is_and_numbers_and_times_have_a_range()
    {
        string[] silent = [.. Setting.All.Where(setting => setting.Comment.Length == 0).Select(setting => setting.Key)];
        string[] boundless = [.. Setting.All.Where(setting => setting.From is null && IsQuantity(setting.Type)).Select(setting => setting.Key)];

        Assert.Empty(silent);
        Assert.Empty(boundless);
    }

    [Theory]
    [MemberData(nameof(Ranged))]
    public void A_value_within_the_range_starts_and_one_outside_stops_with_the_settings_name(string key)
    {
        var setting = Setting.All.Single(candidate => candidate.Key == key);
        string word = setting.Key.Replace("<name>", "log-read", StringComparison.Ordinal);

        foreach (object end in new[] { setting.From!, setting.To! })
        {
            // What two settings have to be to each other is a rule besides, with words of its own.
            if (Refusal(word, end) is { } refusal)
                Assert.Contains(refusal, message => Coupling().IsMatch(message));
        }

        foreach (object beyond in new[] { Step(setting.From!, -1), Step(setting.To!, 1) }.OfType<object>())
        {
            var refusal = Refusal(word, beyond);
            Assert.True(refusal is not null, $"{word} may be {setting.Range}, and {Quantity.Configure(beyond)} was accepted.");
            Assert.Contains(refusal, message => message.Contains(setting.Name, StringComparison.Ordinal) && !Coupling().IsMatch(message));
        }
    }

    private static IReadOnlyList<string>? Refusal(string key, object value)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Test" });
        // A thing with a name has to be whole before one of its settings can be judged alone.
        if (key.StartsWith("Collab:Webhooks:", StringComparison.Ordinal))
            builder.Configuration.AddInMemoryCollection([new("Collab:Webhooks:log-read:Url", "https://hooks.example"), new("Collab:Webhooks:log-read:Secret", Webhooks.Receiver.Secret)]);
        builder.Configuration.AddInMemoryCollection([new("Collab:Log:Provider", "memory"), new(key, Quantity.Configure(value))]);
        try
        {
            builder.AddCollab();
            using var services = builder.Services.BuildServiceProvider();
            services.GetRequiredService<IStartupValidator>().Validate();
            return null;
        }
        catch (OrleansConfigurationException refusal)
        {
            // What composes the cluster is read before there are services.
            return [refusal.Message];
        }
        catch (OptionsValidationException refusal)
        {
            return [.. refusal.Failures];
        }
        catch (AggregateException several)
        {
            return [.. several.InnerExceptions.OfType<OptionsValidationException>().SelectMany(refusal => refusal.Failures)];
        }
    }

    // Null: the type itself ends there.
    private static object? Step(object end, int direction) => end switch
    {
        TimeSpan time => time + TimeSpan.FromMilliseconds(direction),
        double number => number + (direction * 0.001),
        int number => (int.MinValue, int.MaxValue) == (number, number) ? null : number + direction,
        long number => number + direction,
        _ => throw new NotSupportedException($"{end.GetType()}"),
    };

    private static bool IsQuantity(Type type) => type == typeof(TimeSpan) || (type.IsPrimitive && type != typeof(bool));

    private static string Table()
    {
        var table = new StringBuilder("| setting | default | range | what it is, and what happens at the limit |\n| --- | --- | --- | --- |\n");
        foreach (var setting in Setting.All)
            table.Append(CultureInfo.InvariantCulture, $"| `{setting.Key}` | {setting.Default} | {setting.Range} | {Meaning(setting.Comment)} |\n");
        return table.ToString();
    }

    // The two columns before say it already, unless the sentence goes on to say why.
    private static string Meaning(string comment) => Columns().Replace(comment, "").Trim().Replace("|", "\\|", StringComparison.Ordinal);

    [GeneratedRegex(@"(?<=^|[.;)] )(?:Bytes\. |Operations\. )?(?:Defaults?\b|Range\b)[^:;(]*?(?:; range [^:;(]*?(?<!not below [^.]*))?\.(?: |$)")]
    private static partial Regex Columns();

    [GeneratedRegex("at least|not be below|keep it below")]
    private static partial Regex Coupling();
}
