using System.Reflection;
using System.Text.RegularExpressions;
using Collab.Client;
using Collab.Grains.Log;
using Collab.Observability;
using Collab.Resilience;
using Collab.Silo;
using Collab.Web;
using Microsoft.Extensions.Logging;

namespace Collab.Tests.Observability;

/// <summary>One message that the product can log: what its attribute says.</summary>
/// <param name="Component">The namespace that it is logged from.</param>
internal sealed partial record LogMessage(int Id, string Component, string Method, string Text)
{
    private static readonly Assembly[] Product =
    [
        typeof(CollabConnection).Assembly, typeof(LogOptions).Assembly, typeof(CacheMetrics).Assembly, typeof(Pipeline).Assembly, typeof(CollabSilo).Assembly, typeof(CollabHost).Assembly,
    ];

    /// <summary>All there are.</summary>
    public static IReadOnlyList<LogMessage> All { get; } =
    [
        .. from assembly in Product
           from type in assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
           let attribute = method.GetCustomAttribute<LoggerMessageAttribute>()
           where attribute is not null
           select new LogMessage(attribute.EventId, type.Namespace!, $"{type.FullName}.{method.Name}", attribute.Message),
    ];

    /// <summary>The names of its values: <c>Document</c>, <c>Revision</c>.</summary>
    public IEnumerable<string> Names => Placeholder().Matches(Text).Select(name => name.Groups[1].Value);

    /// <summary>What stands in it whatever happened.</summary>
    public string Words => Placeholder().Replace(Text, "");

    [GeneratedRegex(@"\{(\w+)[^}]*\}")]
    private static partial Regex Placeholder();
}
