using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Collab.Tests.Documentation;

/// <summary>The compiler's file of comments, beside each assembly.</summary>
internal static partial class XmlComments
{
    private static readonly ConcurrentDictionary<Assembly, Dictionary<string, XElement>> Files = new();

    /// <summary>The summary in Markdown and on one line; empty if there is none.</summary>
    public static string Of(PropertyInfo property)
    {
        var members = Files.GetOrAdd(property.DeclaringType!.Assembly, Read);
        return members.GetValueOrDefault($"P:{property.DeclaringType.FullName}.{property.Name}")?.Element("summary") is { } summary ? Space().Replace(Text(summary), " ").Trim() : "";
    }

    private static Dictionary<string, XElement> Read(Assembly assembly) =>
        XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member").ToDictionary(member => member.Attribute("name")!.Value);

    private static string Text(XElement element) => string.Concat(element.Nodes().Select(node => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        // T:Collab.Grains.Log.LogOptions and P:… alike: the last word is what people know it by.
        XElement { Name.LocalName: "see" } see => $"`{see.Attribute("cref")?.Value.Split('.', ':')[^1] ?? see.Attribute("langword")?.Value}`",
        XElement other => Text(other),
        _ => "",
    }));

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
