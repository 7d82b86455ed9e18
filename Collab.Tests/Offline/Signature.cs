using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Collab.Tests.Offline;

/// <summary>Writes a public or protected member as <c>orleans-api.txt.gz</c> does: <c>kind|signature</c> with full CLR names.</summary>
internal static class Signature
{
    public static string? Of(MemberInfo member) => member switch
    {
        ConstructorInfo { IsStatic: false } constructor when IsSeen(constructor) =>
            $"ctor|{Protected(constructor)}.ctor({Parameters(constructor)})",
        MethodInfo method when IsSeen(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)) =>
            $"method|{Protected(method)}{Static(method)}{NameIn(method.ReturnType)} {MethodName(method)}({Parameters(method)})",
        PropertyInfo property when Accessors(property).Any(IsSeen) => Property(property),
        FieldInfo field when field.IsPublic || field.IsFamily => Field(field),
        EventInfo => throw new NotSupportedException($"The list has no form for events: {member}."),
        _ => null,
    };

    public static string KindOf(Type type) =>
        type.IsInterface ? "interface"
        : type.IsEnum ? "enum"
        : type.IsValueType ? "struct"
        : type.IsSubclassOf(typeof(Delegate)) ? "delegate"
        : type is { IsAbstract: true, IsSealed: true } ? "static class"
        : type.IsAbstract ? "abstract class"
        : type.IsSealed ? "sealed class"
        : "class";

    public static IEnumerable<string> BasesOf(Type type)
    {
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType))
            yield return NameIn(parent);

        // ISerializable of exceptions and the like comes with the base, and is listed only here or there.
        foreach (var each in type.GetInterfaces().Where(each => each.IsVisible && type.BaseType?.GetInterfaces().Contains(each) != true))
            yield return NameIn(each);
    }

    /// <summary>A type by itself; inside of its own members it is <see cref="NameIn"/>, with its parameters.</summary>
    public static string NameOf(Type type) => type.IsGenericTypeDefinition ? type.FullName! : NameIn(type);

    private static string NameIn(Type type)
    {
        if (type.IsByRef)
            return NameIn(type.GetElementType()!);
        if (type.IsArray)
            return $"{NameIn(type.GetElementType()!)}[]";
        if (type.IsGenericParameter)
            return $"{(type.DeclaringMethod is null ? "!" : "!!")}{type.GenericParameterPosition}";
        if (!type.IsGenericType)
            return type.FullName!;
        return $"{type.GetGenericTypeDefinition().FullName}<{string.Join(',', type.GetGenericArguments().Select(NameIn))}>";
    }

    private static string Property(PropertyInfo property)
    {
        var seen = Accessors(property).Where(IsSeen).ToArray();
        var isProtected = seen.All(accessor => accessor.IsFamily);
        var accessors = string.Concat(seen.Select(accessor =>
        {
            var isSetter = accessor == property.SetMethod;
            var isInit = isSetter && accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
            return $"{(accessor.IsFamily && !isProtected ? "protected " : "")}{(isInit ? "init" : isSetter ? "set" : "get")};";
        }));
        return $"property|{(isProtected ? "protected " : "")}{Static(seen[0])}{NameIn(property.PropertyType)} {property.Name} {{{accessors}}}";
    }

    private static string? Field(FieldInfo field)
    {
        if (field.IsSpecialName)
            return null; // An enum's value__.
        var modifier = field.IsLiteral ? "const " : field.IsStatic ? "static " : "";
        var readOnly = field.IsInitOnly ? "readonly " : "";
        var value = field.IsLiteral ? $" = {Convert.ToString(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}" : "";
        return $"field|{(field.IsFamily ? "protected " : "")}{modifier}{readOnly}{NameIn(field.FieldType)} {field.Name}{value}";
    }

    private static IEnumerable<MethodInfo> Accessors(PropertyInfo property) => property.GetAccessors(nonPublic: true).OrderBy(each => each == property.SetMethod);

    private static bool IsSeen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Protected(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static string Static(MethodInfo method) => method.IsStatic ? "static " : "";

    private static string MethodName(MethodInfo method) =>
        method.IsGenericMethod ? $"{method.Name}``{method.GetGenericArguments().Length}" : method.Name;

    private static string Parameters(MethodBase method) => string.Join(',', method.GetParameters().Select(parameter =>
        (parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : parameter.IsOut ? "out " : parameter.ParameterType.IsByRef ? "ref " : "")
        + NameIn(parameter.ParameterType)));
}
