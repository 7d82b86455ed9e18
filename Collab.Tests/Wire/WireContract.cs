using System.Globalization;
using System.Reflection;
using Orleans.Concurrency;

namespace Collab.Tests.Wire;

/// <summary>
/// What one version of Collab says to another across a grain call: messages with their numbered members, enums with their numbers, grain interfaces with their methods, and which grain type answers to which
/// interface. As text, one entry to a paragraph: a first line of kind and alias, then <c>  key value</c> for each part.
/// </summary>
internal sealed record WireContract(IReadOnlyDictionary<string, WireEntry> Entries)
{
    private const BindingFlags Fields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>That of the code.</summary>
    public static WireContract Of(params Assembly[] assemblies)
    {
        var types = assemblies.SelectMany(assembly => assembly.GetTypes()).ToArray();
        var interfaces = types.Where(type => type.IsInterface && typeof(IAddressable).IsAssignableFrom(type)).ToArray();
        var grains = types.Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(Grain)));
        WireEntry[] entries =
        [
            .. types.Where(type => type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false)).Select(type => type.IsEnum ? Enumeration(type) : Message(type)),
            .. interfaces.Select(Interface),
            new WireEntry("grains", "types", grains
                .SelectMany(grain => grain.GetInterfaces().Where(interfaces.Contains).Select(type => (Interface: AliasOf(type), Grain: GrainType(grain))))
                .ToDictionary(pair => pair.Interface, pair => pair.Grain)),
        ];
        return new WireContract(entries.ToDictionary(entry => entry.Title));
    }

    public static WireContract Parse(string text)
    {
        var entries = new List<WireEntry>();
        Dictionary<string, string> parts = [];
        foreach (string line in text.Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            string[] words = line.Trim().Split(' ', 2);
            if (line[0] == ' ')
                parts.Add(words[0], words[1]);
            else
                entries.Add(new WireEntry(words[0], words[1], parts = []));
        }

        return new WireContract(entries.ToDictionary(entry => entry.Title));
    }

    public override string ToString() => string.Concat(Entries.Values.OrderBy(entry => entry.Title, StringComparer.Ordinal).Select(entry =>
        $"{entry.Title}\n{string.Concat(Ordered(entry).Select(part => $"  {part.Key} {part.Value}\n"))}\n"));

    private static IEnumerable<KeyValuePair<string, string>> Ordered(WireEntry entry) => entry.Kind is "message" or "enum"
        ? entry.Parts.OrderBy(part => int.Parse(part.Key, CultureInfo.InvariantCulture))
        : entry.Parts.OrderBy(part => part.Key, StringComparer.Ordinal);

    private static WireEntry Enumeration(Type type) => new(
        "enum", AliasOf(type), Enum.GetValues(type).Cast<object>().ToDictionary(value => Convert.ToInt64(value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture), value => value.ToString()!));

    private static WireEntry Message(Type type)
    {
        var nullability = new NullabilityInfoContext();
        return new WireEntry("message", AliasOf(type), type.GetFields(Fields).ToDictionary(
            field => IdOf(field).ToString(CultureInfo.InvariantCulture),
            field => $"{MemberName(field)} {NameOf(field.FieldType)}{(!field.FieldType.IsValueType && nullability.Create(field).ReadState == NullabilityState.Nullable ? "?" : "")}"));
    }

    private static WireEntry Interface(Type type) => new("interface", AliasOf(type), type.GetMethods().ToDictionary(AliasOf, Signature));

    private static string Signature(MethodInfo method)
    {
        var nullability = new NullabilityInfoContext();
        var parameters = method.GetParameters().Select(parameter =>
            NameOf(parameter.ParameterType) + (!parameter.ParameterType.IsValueType && nullability.Create(parameter).ReadState == NullabilityState.Nullable ? "?" : ""));
        string oneWay = method.IsDefined(typeof(OneWayAttribute)) ? "one-way " : "";
        return $"{oneWay}({string.Join(", ", parameters)}) {NameOf(method.ReturnType)}";
    }

    private static string GrainType(Type grain)
    {
        if (grain.GetCustomAttribute<GrainTypeAttribute>() is { } named)
            return named.GetGrainType(null!, grain).ToString();
        string name = grain.Name.ToLowerInvariant();
        return name.EndsWith("grain", StringComparison.Ordinal) ? name[..^"grain".Length] : name;
    }

    private static string NameOf(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } value)
            return $"{NameOf(value)}?";
        if (type.IsGenericType)
            return $"{type.Name[..type.Name.IndexOf('`')]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>";
        return type.GetCustomAttributes<AliasAttribute>(inherit: false).FirstOrDefault()?.Alias ?? type.Name;
    }

    // On the field itself, or on the property that it is behind.
    private static PropertyInfo? PropertyOf(FieldInfo field) =>
        field.Name.StartsWith('<') ? field.DeclaringType!.GetProperty(field.Name[1..field.Name.IndexOf('>')], Fields) : null;

    private static uint IdOf(FieldInfo field) =>
        (field.GetCustomAttribute<IdAttribute>() ?? PropertyOf(field)?.GetCustomAttribute<IdAttribute>())?.Id ?? throw new InvalidDataException($"{field.DeclaringType}.{field.Name} has no [Id].");

    private static string MemberName(FieldInfo field) => PropertyOf(field)?.Name ?? field.Name;

    private static string AliasOf(MemberInfo member) =>
        member.GetCustomAttributes<AliasAttribute>(inherit: false).FirstOrDefault()?.Alias ?? throw new InvalidDataException($"{member.DeclaringType}.{member.Name} has no [Alias].");
}

/// <param name="Kind"><c>message</c>, <c>enum</c>, <c>interface</c> or <c>grains</c>.</param>
/// <param name="Parts">Member number to name and type; number to name; method to signature; interface to grain type.</param>
internal sealed record WireEntry(string Kind, string Alias, IReadOnlyDictionary<string, string> Parts)
{
    public string Title => $"{Kind} {Alias}";
}
