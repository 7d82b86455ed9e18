using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Collab.Grains.Log;
using Collab.Resilience;
using Collab.Silo;
using Collab.Web;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Collab.Tests.Documentation;

/// <summary>One property of one options class, as configuration knows it.</summary>
/// <param name="Key"><c>Collab:Log:FlushInterval</c>. Of a pipeline's settings the name of the pipeline is left open: <c>Collab:Resilience:&lt;name&gt;:Retries</c>.</param>
/// <param name="Default">As a person writes it: <c>64 MiB</c>, <c>10 s</c>.</param>
/// <param name="From">The smallest value that is accepted. Null: the type has no order, or any value will do.</param>
internal sealed partial record Setting(string Key, Type Type, string Default, object? From, object? To, string Comment)
{
    private const string PipelineSection = PipelineOptions.Section + ":<name>";

    // The grains' come first: web hosts repeat some of theirs, and the words are better where they are decided.
    private static readonly Assembly[] Assemblies = [typeof(LogOptions).Assembly, typeof(CollabSilo).Assembly, typeof(CollabHost).Assembly, typeof(PipelineOptions).Assembly];

    /// <summary>All there are: those of every class with a constant <c>Section</c>, and of the classes that its properties have.</summary>
    public static IReadOnlyList<Setting> All { get; } =
        [.. Assemblies.SelectMany(assembly => assembly.GetTypes()).SelectMany(Of).DistinctBy(setting => setting.Key).OrderBy(setting => setting.Key[..setting.Key.LastIndexOf(':')], StringComparer.Ordinal)];

    public string Name => Key[(Key.LastIndexOf(':') + 1)..];

    /// <summary>What is in the table's column: the values that there are, or the two ends.</summary>
    public string Range => (From, Type) switch
    {
        ({ } from, _) => $"{Quantity.Write(from, Name)} – {Quantity.Write(To!, Name)}",
        (_, { IsEnum: true }) => string.Join(", ", Enum.GetNames(Type).Select(name => $"`{name.ToLowerInvariant()}`")),
        (_, { } type) when type == typeof(bool) => "`true`, `false`",
        _ => "",
    };

    private static IEnumerable<Setting> Of(Type options) =>
        options.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() is not string section || options is { IsAbstract: true, IsSealed: true } ? []
        : options == typeof(PipelineOptions) ? Of(PipelineSection, PipelineDefaults)
        : Of(section, [Activator.CreateInstance(options)!]);

    /// <param name="defaults">Instances that nobody changed: one, or one for each name.</param>
    private static IEnumerable<Setting> Of(string section, IReadOnlyList<object> defaults)
    {
        foreach (var property in defaults[0].GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            string key = $"{section}:{property.Name}";
            if (property.PropertyType is { IsGenericType: true, GenericTypeArguments: [.., { Namespace: { } itemSpace } item] arguments } && itemSpace.StartsWith("Collab", StringComparison.Ordinal) && !item.IsEnum)
            {
                // Things that the configuration gives names or numbers to: each has its section below.
                foreach (var setting in Of(arguments.Length > 1 ? $"{section}:<name>" : $"{key}:<n>", [Activator.CreateInstance(item)!]))
                    yield return setting;
                continue;
            }

            object?[] values = [.. defaults.Select(property.GetValue)];
            if (values[0] is { } part && part.GetType() is { IsClass: true, Namespace: { } space } && space.StartsWith("Collab", StringComparison.Ordinal))
            {
                foreach (var setting in Of(key, [part]))
                    yield return setting;
                continue;
            }

            var (from, to) = RangeOf(property);
            var texts = values.Select(value => Quantity.Write(value, property.Name)).ToList();
            yield return new Setting(key, Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType, string.Join(", ", texts.Distinct().Count() == 1 ? texts.Take(1) : texts), from, to, XmlComments.Of(property));
        }
    }

    private static (object?, object?) RangeOf(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (property.GetCustomAttribute<RangeAttribute>() is { } range)
            return (Read(range.Minimum), Read(range.Maximum));
        return InComment().Match(XmlComments.Of(property)) is { Success: true } ends ? Ends() : (null, null);

        object Read(object end) => end is string text ? TimeSpan.Parse(text, CultureInfo.InvariantCulture) : Convert.ChangeType(end, type, CultureInfo.InvariantCulture);

        // "1 s–5 min", "0–1 s", "1–64": an end without a unit has the other's.
        (object?, object?) Ends()
        {
            string unit = ends.Groups["unit"].Value;
            string own = ends.Groups["own"].Value;
            return (Quantity.Read(ends.Groups["from"].Value, own.Length > 0 ? own : unit, type), Quantity.Read(ends.Groups["to"].Value, unit, type));
        }
    }

    private static IReadOnlyList<object> PipelineDefaults
    {
        get
        {
            var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
            foreach (var name in Enum.GetValues<PipelineName>())
                services.AddPipeline(name, _ => true);
            using var provider = services.BuildServiceProvider();
            return [.. Enum.GetValues<PipelineName>().Select(name => provider.GetRequiredService<IOptionsMonitor<PipelineOptions>>().Get(name.Word()))];
        }
    }

    [GeneratedRegex(@"\brange (?:0 or )?(?<from>[\d.,]*\d)(?: (?<own>\w+))?–(?<to>[\d.,]*\d)(?: (?<unit>ms|s|min|h|d|days|KiB|MiB|GiB|TiB|kB)\b)?", RegexOptions.IgnoreCase)]
    private static partial Regex InComment();
}
