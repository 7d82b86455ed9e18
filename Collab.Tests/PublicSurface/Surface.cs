using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Collab.Tests.PublicSurface;

/// <summary>What others can call or see of an assembly, one line for each member, in a fixed order.</summary>
internal static class Surface
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<string> Of(Assembly assembly) => assembly.GetExportedTypes()
        .Where(type => !IsGenerated(type))
        .OrderBy(type => type.FullName, StringComparer.Ordinal)
        .SelectMany(type => Lines(type).Prepend(Head(type)));

    // Orleans' source generator adds its own to the assembly with the grain interfaces.
    private static bool IsGenerated(Type type) =>
        type.Namespace is null || type.Namespace.StartsWith("OrleansCodeGen", StringComparison.Ordinal)
        || type.GetCustomAttributesData().Any(attribute => attribute.AttributeType.Name is "GeneratedCodeAttribute" or "CompilerGeneratedAttribute");

    private static string Head(Type type)
    {
        string kind = type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct" : type.IsAbstract && type.IsSealed ? "static class"
            : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";
        var inherited = type.BaseType?.GetInterfaces() ?? [];
        var bases = type.IsEnum ? [] : type.GetInterfaces().Except(inherited).Select(Name).Order(StringComparer.Ordinal)
            .Prepend(type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) ? Name(parent) : "").Where(name => name.Length > 0);
        return $"{kind} {Name(type)}{string.Concat(bases.Select((name, i) => (i == 0 ? " : " : ", ") + name))}";
    }

    private static IEnumerable<string> Lines(Type type) => type.IsEnum
        ? Enum.GetNames(type).Select(name => $"    {name} = {Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture)}")
        : type.GetMembers(Declared).Where(IsSeen).Select(Line).Order(StringComparer.Ordinal).Select(line => "    " + line);

    // What the compiler writes for records says nothing of its own.
    private static bool IsSeen(MemberInfo member) => member switch
    {
        MethodInfo method => IsSeen(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)) && !IsCompiled(method),
        ConstructorInfo constructor => IsSeen(constructor) && !IsCompiled(constructor),
        FieldInfo field => (field.IsPublic || field.IsFamily) && !IsCompiled(field),
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsSeen) && property.Name != "EqualityContract",
        EventInfo happening => IsSeen(happening.AddMethod!),
        _ => false,
    };

    private static bool IsSeen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsCompiled(MemberInfo member) => member.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false) || member.Name is "PrintMembers" or "<Clone>$";

    private static string Line(MemberInfo member) => member switch
    {
        MethodInfo method => $"{Modifier(method)}{Name(method.ReturnType)} {method.Name}{Arguments(method)}({Parameters(method)})",
        ConstructorInfo constructor => $"new({Parameters(constructor)})",
        FieldInfo field => $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{Name(field.FieldType)} {field.Name}{(field.IsLiteral ? $" = {field.GetRawConstantValue()}" : "")}",
        PropertyInfo property => Property(property),
        _ => $"event {Name(((EventInfo)member).EventHandlerType!)} {member.Name}",
    };

    private static string Property(PropertyInfo property)
    {
        var accessors = property.GetAccessors(nonPublic: true).Where(IsSeen).ToList();
        bool isInit = property.SetMethod?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
        string set = accessors.Contains(property.SetMethod!) ? isInit ? " init;" : " set;" : "";
        string index = property.GetIndexParameters().Length > 0 ? $"[{string.Join(", ", property.GetIndexParameters().Select(Parameter))}]" : "";
        return $"{Modifier(accessors[0])}{Name(property.PropertyType)} {property.Name}{index} {{{(accessors.Contains(property.GetMethod!) ? " get;" : "")}{set} }}";
    }

    private static string Modifier(MethodBase method) => (method.IsFamily ? "protected " : "") + (method.IsStatic ? "static " : "");

    private static string Arguments(MethodInfo method) => method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        string direction = parameter.ParameterType.IsByRef ? parameter.IsOut ? "out " : parameter.IsIn ? "in " : "ref " : "";
        string value = parameter.HasDefaultValue ? $" = {parameter.DefaultValue switch { null => "default", string text => $"\"{text}\"", var other => Convert.ToString(other, CultureInfo.InvariantCulture) }}" : "";
        return $"{direction}{Name(parameter.ParameterType)} {parameter.Name}{value}";
    }

    private static string Name(Type type)
    {
        if (type.IsByRef)
            return Name(type.GetElementType()!);
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        if (type.IsGenericParameter)
            return type.Name;
        string name = type.IsNested ? $"{Name(type.DeclaringType!)}.{type.Name}" : type.Namespace is { } space && !space.StartsWith("System", StringComparison.Ordinal) ? $"{space}.{type.Name}" : type.Name;
        int arity = name.IndexOf('`', StringComparison.Ordinal);
        return arity < 0 ? name : $"{name[..arity]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }
}
